import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 over the source of the rule set, so that a report says by which rules it was made. */
export function rulesHash(): string {
  const folder = join(import.meta.dirname, 'rules');
  const hash = createHash('sha256');
  for (const file of readdirSync(folder)
    .filter((name) => /(?<!\.test)\.ts$/.test(name))
    .sort())
    hash.update(`${file}\n${readFileSync(join(folder, file), 'utf8')}\n`);
  return hash.digest('hex');
}
