import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Policy } from '@haltwire/schemas';
import type { Fault } from '@haltwire/server/yaml';
import { parseYaml } from '@haltwire/server/yaml';
import { UsageError } from '../cli/command.ts';
import { readPolicy } from './read-policy.ts';
import { readPolicyText } from './read-policy-file.ts';
import { warningsOf } from './warnings.ts';

/** What a check found in one file. */
export interface CheckedFile {
  readonly file: string;
  /** Undefined when there are faults. */
  readonly policy: Policy | undefined;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** The file itself, or the policies in a folder: *.yaml, *.yml and *.json. Throws `UsageError` when there is none. */
export function policyFilesAt(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`${path} cannot be read: check the path.`);
  if (!stat.isDirectory()) return [path];
  const files = readdirSync(path)
    .filter((name) => /\.(ya?ml|json)$/i.test(name))
    .sort()
    .map((name) => join(path, name));
  if (files.length === 0) throw new UsageError(`${path} holds no policy: no file in it ends in .yaml, .yml or .json.`);
  return files;
}

/** Checks one file. */
export async function checkFile(file: string): Promise<CheckedFile> {
  const text = await readPolicyText(file);
  const { policy, faults } = readPolicy(text);
  const { faultAt } = parseYaml(text);
  const warnings = policy === undefined ? [] : warningsOf(policy).map(faultAt);
  return { file, policy, faults, warnings: warnings.sort((a, b) => a.line - b.line || a.column - b.column) };
}
