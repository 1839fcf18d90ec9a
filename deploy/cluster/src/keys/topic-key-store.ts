import { type EventSink, type EventSource, type LogEntry, type MetricTable, TOPIC } from '@haltwire/schemas';
import {
  createInTurn,
  DEFAULT_TENANT,
  findRevocable,
  hashOfSecret,
  type KeyStore,
  keysOf,
  type Logger,
  newKey,
  principalOf,
} from '@haltwire/server';
import { followTopic } from '../follow/follow-topic.ts';
import { type KeyRecord, readKeyRecord } from './key-record.ts';

/** Metrics of a store of keys on the log, by name. */
export const KEY_METRICS = {
  active: { help: 'Keys and tokens that authenticate here.', type: 'gauge' },
  recordsRead: 'Records of agent.keys that were read.',
  recordsUnreadable: 'Records of agent.keys that could not be read; their key counts as revoked.',
} as const satisfies MetricTable;

/** Options of `openTopicKeyStore`. */
export interface TopicKeyStoreOptions {
  readonly source: EventSource;
  readonly sink: EventSink;
  readonly logger: Logger;
  /** Gives up reading the topic for the first time: then the call rejects. Default: tries for ever. */
  readonly signal?: AbortSignal | undefined;
  /** How long `create` and `revoke` wait until their record is read back, ms. Default 10,000. */
  readonly readBackMs?: number | undefined;
  /** Pause before the log is asked again after a failure, ms. Default 500. */
  readonly retryMs?: number | undefined;
}

/** Keys in memory, as `agent.keys` tells them. */
export interface TopicKeyStore extends KeyStore {
  /** Resolves after `close`; rejects when the topic can no longer be followed, so that revocations would be missed. */
  readonly following: Promise<void>;
  metrics(): Record<keyof typeof KEY_METRICS, number>;
}

/**
 * Opens the keys on the log: every process reads all of `agent.keys` before this resolves, and follows it from then on.
 * A key that one process makes authenticates at the others as soon as they have read it, and no longer once it is revoked.
 *
 * - `signal`: none (default)
 * - `readBackMs`: 10000 (default); `retryMs`: 500 (default)
 *
 * Throws what only a person can mend (`HALTWIRE_FORBIDDEN`, `HALTWIRE_NOT_FOUND` for a missing topic), and
 * `HALTWIRE_UNAVAILABLE` when `signal` fires first.
 *
 * @example
 * const keys = await openTopicKeyStore({ source: log.source, sink: log.sink, logger });
 * const { secret } = await keys.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
 */
export async function openTopicKeyStore(options: TopicKeyStoreOptions): Promise<TopicKeyStore> {
  const { source, sink, logger, signal, readBackMs = 10_000, retryMs } = options;
  const known = new Map<string, KeyRecord>();
  const inTurn = createInTurn();
  let recordsRead = 0;
  let recordsUnreadable = 0;

  function apply(entry: LogEntry): void {
    recordsRead += 1;
    if (entry.removed) {
      known.delete(entry.key);
      return;
    }
    const record = readKeyRecord(entry);
    if (record === undefined) {
      // A newer form may well be a revocation, so the key is not trusted any longer.
      recordsUnreadable += 1;
      known.delete(entry.key);
      logger.warn(`a record of ${TOPIC.keys} cannot be read; its key counts as revoked`);
      return;
    }
    // An append in doubt may land late: a revoked key stays revoked.
    if (known.get(record.hash)?.revoked) return;
    known.set(record.hash, record);
  }

  const follower = followTopic({ source, topic: TOPIC.keys, apply, logger, retryMs });
  const giveUp = (): void => void follower.close();
  signal?.addEventListener('abort', giveUp, { once: true });
  if (signal?.aborted) giveUp();
  try {
    await follower.caughtUp;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }

  const activeKeys = (): KeyRecord[] => [...known.values()].filter(({ revoked }) => revoked === undefined);

  async function write(record: KeyRecord): Promise<void> {
    const entry = { key: record.hash, value: JSON.stringify(record) };
    for (const position of await sink.append(TOPIC.keys, [entry])) {
      await follower.applied(position, AbortSignal.timeout(readBackMs));
    }
  }

  return {
    authenticate(bearerToken) {
      const record = known.get(hashOfSecret(bearerToken));
      return record === undefined || record.revoked ? undefined : principalOf(record.info);
    },
    async create(request, createdBy, tenantId = DEFAULT_TENANT) {
      const { hash, info, secret } = newKey(request, createdBy, tenantId);
      await write({ v: 1, hash, info });
      return { info, secret };
    },
    list: (tenantId = DEFAULT_TENANT) => keysOf(activeKeys(), tenantId).map(({ info }) => info),
    revoke: (id, tenantId = DEFAULT_TENANT) =>
      inTurn(async () => {
        const { hash, info } = findRevocable(keysOf(activeKeys(), tenantId), id);
        await write({ v: 1, hash, info, revoked: true });
      }),
    following: follower.following,
    metrics: () => ({ active: activeKeys().length, recordsRead, recordsUnreadable }),
    close: () => follower.close(),
  };
}
