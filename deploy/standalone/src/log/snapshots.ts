import { createHash } from 'node:crypto';
import type { Position, SnapshotStore } from '@haltwire/schemas';
import type { Database } from 'lmdb';
import { decodeEntry, encodeEntry } from './codec.ts';
import type { GroupCommit } from './group-commit.ts';

/** LMDB keys are short, snapshot keys need not be: the entry holds the real key. */
function databaseKey(partition: number, key: string): string {
  return `${partition}:${createHash('sha256').update(key).digest('hex')}`;
}

function positionKey(partition: number): string {
  return `position:${partition}`;
}

/** The log's `SnapshotStore`: entries and position go into one transaction, so a crash leaves both or neither. */
export function createSnapshots(commit: GroupCommit, database: Database<Buffer, string>): SnapshotStore {
  async function* entriesOf(partition: number) {
    for (const { value } of database.getRange({ start: `${partition}:`, end: `${partition};` })) {
      const { key, value: text } = decodeEntry(value);
      yield { key, value: text };
    }
  }

  return {
    async save(partition, position, entries) {
      const staged = entries.map(({ key, value }) => ({
        at: databaseKey(partition, key),
        bytes: value === null ? undefined : encodeEntry({ logTime: 0, key, value }),
      }));
      const size = staged.reduce((sum, entry) => sum + (entry.bytes?.length ?? 0), 0);
      await commit.write(size, () => {
        for (const { at, bytes } of staged) {
          if (bytes === undefined) database.remove(at);
          else database.put(at, bytes);
        }
        database.put(positionKey(partition), Buffer.from(JSON.stringify(position)));
      });
    },
    async load(partition) {
      const stored = database.get(positionKey(partition));
      return {
        position: stored === undefined ? undefined : (JSON.parse(stored.toString()) as Position),
        entries: entriesOf(partition),
      };
    },
  };
}
