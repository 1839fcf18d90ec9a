import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 over the source of the rule set, so that a report says by which rules it was made. */
export function rulesHash(): string {
  const folder = join(import.meta.dirname, 'rules');
  const files = readdirSync(folder).filter((name) => /(?<!\.test)\.ts$/.test(name));
  return hashOf(files.sort().map((file) => join(folder, file)));
}

/** The same over what turns a report's facts into a registry: it follows what a policy can say, the rule set does not. */
export function registryHash(): string {
  return hashOf([join(import.meta.dirname, 'replay', 'registry.ts')]);
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file, 'utf8'));
  return hash.digest('hex');
}
