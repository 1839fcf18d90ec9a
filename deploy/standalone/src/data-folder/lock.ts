import { DatabaseSync } from 'node:sqlite';
import { HaltwireError } from '@haltwire/schemas';
import type { DataFolder } from './prepare.ts';

/** A held lock. The operating system frees it when the process ends, however it ends. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the data folder for this process. Two servers on one log would both append at the same offsets.
 *
 * Node has no file locks of its own; an exclusive SQLite transaction is one, and leaves nothing behind after kill -9.
 *
 * Throws `HALTWIRE_CONFLICT` when another process holds it.
 */
export function lockDataFolder(folder: DataFolder): FolderLock {
  const database = new DatabaseSync(folder.lock);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new HaltwireError(
      'HALTWIRE_CONFLICT',
      `Another haltwire server uses the data folder ${folder.path}. Stop it, or start this one with --data OTHER_FOLDER.`,
      { cause },
    );
  }
  return { release: () => database.close() };
}
