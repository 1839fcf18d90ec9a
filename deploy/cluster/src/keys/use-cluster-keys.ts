import { openKafkaLog } from '@haltwire/kafka';
import type { KeyStore, Logger } from '@haltwire/server';
import type { ClusterConfig } from '../config/schema.ts';
import { openTopicKeyStore } from './topic-key-store.ts';

/** How long Kafka may take to tell of all keys, ms: somebody waits at a terminal. */
const OPEN_MS = 15_000;

/**
 * Opens the keys of a cluster for one piece of work, straight on Kafka: for whoever may write to `agent.keys`, such as
 * the operator who makes the first admin.
 *
 * Throws `HALTWIRE_UNAVAILABLE` when Kafka does not answer within 15 s, and what the work throws.
 *
 * @example
 * await useClusterKeys(config, logger, (keys) => keys.create({ kind: 'person', name: 'mira', role: 'admin' }, 'first admin'));
 */
export async function useClusterKeys<T>(
  { kafka }: ClusterConfig,
  logger: Logger,
  work: (keys: KeyStore) => Promise<T>,
): Promise<T> {
  const log = openKafkaLog({ config: kafka, logger });
  try {
    const keys = await openTopicKeyStore({ ...log, logger, signal: AbortSignal.timeout(OPEN_MS) });
    try {
      return await work(keys);
    } finally {
      await keys.close();
    }
  } finally {
    await log.close();
  }
}
