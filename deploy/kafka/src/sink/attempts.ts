import type { Line } from '../client/connection.ts';
import { kafkaErrorType } from '../client/errors.ts';
import type { BrokerInternals } from '../client/internals.ts';
import type { SharedLine } from '../client/shared-line.ts';

const FIRST_BACKOFF_MS = 20;
const LONGEST_BACKOFF_MS = 1000;

/** The broker that leads the partition, as far as this line knows. */
export async function leaderOf(line: Line, topic: string, partition: number): Promise<BrokerInternals> {
  await line.know(topic);
  return line.leaderOf(topic, partition);
}

/**
 * Makes ready for the next attempt and waits a little.
 *
 * A broker that answered with an error is alive: ask who leads now. Anything else is a line to replace.
 */
export async function recover(shared: SharedLine, used: Line, error: unknown, attempt: number): Promise<void> {
  if (kafkaErrorType(error) === undefined) shared.replace(used);
  else await used.cluster.refreshMetadata().catch(() => shared.replace(used));
  const delayMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(attempt, 10));
  await new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** Errors after which the broker may have the batch all the same. */
const AMBIGUOUS = ['REQUEST_TIMED_OUT', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'UNKNOWN', 'KAFKA_STORAGE_ERROR'];

/** The broker has looked at the request and said no: it left nothing behind. */
export function isRefusal(error: unknown): boolean {
  const type = kafkaErrorType(error);
  return type !== undefined && !AMBIGUOUS.includes(type);
}
