import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HaltwireError } from '@haltwire/schemas';

/** Where everything of one server lives. */
export interface DataFolder {
  readonly path: string;
  /** LMDB: all topics and snapshots. The only part that cannot be rebuilt. */
  readonly log: string;
  /** LMDB: hashes of keys and tokens. */
  readonly keys: string;
  /** chDB: search and history; rebuilt from the log when it is missing. */
  readonly clickhouse: string;
  /** Key that signs task tokens, file mode 0600. */
  readonly signingKey: string;
  /** Held by the running server. */
  readonly lock: string;
}

/**
 * Makes the data folder if it is missing, and closes it to other users (mode 0700).
 *
 * Throws `HALTWIRE_STORAGE` when the folder cannot be made or is not ours to close.
 *
 * @example
 * const folder = prepareDataFolder('./.haltwire');
 */
export function prepareDataFolder(path: string): DataFolder {
  const root = resolve(path);
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    chmodSync(root, 0o700);
  } catch (cause) {
    throw new HaltwireError(
      'HALTWIRE_STORAGE',
      `Cannot use the data folder ${root}: pick another one with --data, or make it yours (chown).`,
      { cause },
    );
  }
  return {
    path: root,
    log: join(root, 'log'),
    keys: join(root, 'keys'),
    clickhouse: join(root, 'clickhouse'),
    signingKey: join(root, 'task-token-key.json'),
    lock: join(root, 'lock'),
  };
}
