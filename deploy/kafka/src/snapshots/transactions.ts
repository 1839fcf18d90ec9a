import kafkajs, { type Message, type Producer } from 'kafkajs';
import { type Dialer, openLine } from '../client/connection.ts';
import { isFinal } from '../client/errors.ts';
import { quietKafkajs } from '../client/logger.ts';

/** A transaction that is left open (a crash in the middle of a save) is aborted by the next owner, or after this long. */
const TRANSACTION_TIMEOUT_MS = 60_000;
const CHUNK_BYTES = 1024 * 1024;

/** A transactional producer that has taken the transactional id: every earlier holder is fenced off. */
export interface SnapshotWriter {
  /** Writes all of them in one transaction. Rejects with kafkajs' errors; `abortFailed` says that it hangs in the air. */
  write(topic: string, messages: readonly (Message & { readonly partition: number })[]): Promise<void>;
  close(): Promise<void>;
}

function* chunks<Item extends Message>(messages: readonly Item[]): Generator<Item[]> {
  let chunk: Item[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.key ?? '') + Buffer.byteLength(message.value ?? '');
    if (chunk.length > 0 && bytes + size > CHUNK_BYTES) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(message);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

/** kafkajs forgets why it was refused while it looked for the coordinator: ask again, and keep what is final. */
async function refusalOf(dialer: Dialer, transactionalId: string): Promise<unknown> {
  const line = openLine(dialer);
  try {
    await line.coordinatorOf('transaction', transactionalId);
    return undefined;
  } catch (error) {
    return isFinal(error) ? error : undefined;
  } finally {
    line.drop();
  }
}

/**
 * Takes the transactional id: the brokers abort what an earlier holder left open and refuse whatever it tries later.
 *
 * kafkajs' own producer serves here: one request at a time, retried with the same content, and given up together with
 * its identity when a save fails.
 */
export async function takeOver(dialer: Dialer, transactionalId: string): Promise<SnapshotWriter> {
  const { options, config } = dialer;
  const kafka = new kafkajs.Kafka({ ...options, ...quietKafkajs });
  const producer: Producer = kafka.producer({
    idempotent: true,
    transactionalId,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    retry: { retries: 5, initialRetryTime: 50, maxRetryTime: 1000 },
  });
  const compression = config.compression === 'zstd' ? kafkajs.CompressionTypes.ZSTD : kafkajs.CompressionTypes.None;
  try {
    await producer.connect();
    // The first transaction makes kafkajs take the id; an empty one costs nothing more.
    await (await producer.transaction()).commit();
  } catch (error) {
    await producer.disconnect().catch(() => {});
    throw (await refusalOf(dialer, transactionalId)) ?? error;
  }
  return {
    async write(topic, messages) {
      const transaction = await producer.transaction();
      try {
        for (const chunk of chunks(messages)) {
          await transaction.send({ topic, acks: -1, compression, messages: chunk });
        }
        await transaction.commit();
      } catch (error) {
        if (transaction.isActive()) await transaction.abort().catch(() => {});
        throw error;
      }
    },
    close: () => producer.disconnect(),
  };
}
