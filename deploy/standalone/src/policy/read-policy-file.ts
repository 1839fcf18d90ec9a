import { readFile } from 'node:fs/promises';
import type { Policy } from '@haltwire/schemas';
import { UsageError } from '../cli/command.ts';
import { parsePolicy } from './read-policy.ts';

/** The text of a policy file. Throws `UsageError` when it cannot be read. */
export function readPolicyText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read: check the path.`);
  });
}

/** The policy in a file. Throws `UsageError` when it cannot be read, `HALTWIRE_POLICY` with every fault in it. */
export async function readPolicyFile(file: string): Promise<Policy> {
  return parsePolicy(await readPolicyText(file), file);
}
