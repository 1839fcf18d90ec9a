import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const engine = join(import.meta.dirname, '..', '..', '..', 'detector', 'src', 'engine');

/** Names of all invariants and indicators that the engine has: each is a file of its name. */
export function checkNames(): string[] {
  return ['invariants', 'indicators'].flatMap((folder) => {
    const path = join(engine, folder);
    if (!existsSync(path)) return [];
    return readdirSync(path)
      .filter((file) => /^[a-z-]+\.ts$/.test(file) && file !== 'index.ts')
      .map((file) => file.replace(/\.ts$/, ''))
      .sort();
  });
}
