import kafkajs from 'kafkajs';
import { z } from 'zod';
import { kafkaErrorType } from '../client/errors.ts';
import type { BrokerInternals } from '../client/internals.ts';
import type { KafkaConfig } from '../config/config.ts';
import { type PackedRecord, WHOLE_HEADER } from '../records/pack.ts';

const ALL_REPLICAS = -1;

/** What the broker knows a producer by. Sequence numbers count records under one identity and partition. */
export interface Identity {
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** One record batch for one partition: the unit that is in the log as a whole or not at all. */
export interface ProduceRequest {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly PackedRecord[];
  readonly firstSequence: number;
  readonly identity: Identity;
}

const answerSchema = z.object({
  topics: z.tuple([z.object({ partitions: z.tuple([z.object({ baseOffset: z.coerce.number().int().min(0) })]) })]),
});

/** Sends one batch and returns the offset of its first record, once all replicas that must have it have it. */
export async function produce(
  broker: BrokerInternals,
  { topic, partition, records, firstSequence, identity }: ProduceRequest,
  { compression, requestTimeoutMs }: Pick<KafkaConfig, 'compression' | 'requestTimeoutMs'>,
): Promise<number> {
  const messages = records.map(({ key, value, whole }) => ({
    key,
    value,
    headers: whole ? { [WHOLE_HEADER]: '1' } : {},
  }));
  const answer = await broker.produce({
    acks: ALL_REPLICAS,
    timeout: requestTimeoutMs,
    compression: compression === 'zstd' ? kafkajs.CompressionTypes.ZSTD : kafkajs.CompressionTypes.None,
    producerId: identity.producerId,
    producerEpoch: identity.producerEpoch,
    topicData: [{ topic, partitions: [{ partition, firstSequence, messages }] }],
  });
  return answerSchema.parse(answer).topics[0].partitions[0].baseOffset;
}

const TRANSACTION_TIMEOUT_UNUSED_MS = 60_000;

/** Asks any broker for a fresh identity. */
export async function requestIdentity(broker: BrokerInternals): Promise<Identity> {
  const { producerId, producerEpoch } = await broker.initProducerId({
    transactionalId: null,
    transactionTimeout: TRANSACTION_TIMEOUT_UNUSED_MS,
  });
  return { producerId, producerEpoch };
}

/** Somebody else has a higher epoch. `PRODUCER_FENCED` is what newer requests call it. */
const FENCING_ERRORS = ['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'TRANSACTION_COORDINATOR_FENCED'];

/** The identity is known and outdated: another holder came after it. */
export function isFencing(error: unknown): boolean {
  return FENCING_ERRORS.includes(kafkaErrorType(error) ?? '');
}

const IDENTITY_ERRORS = [
  ...FENCING_ERRORS,
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_ID_MAPPING',
];

/** The broker has forgotten or outdated the identity: nothing of this request was appended. */
export function isIdentityError(error: unknown): boolean {
  return IDENTITY_ERRORS.includes(kafkaErrorType(error) ?? '');
}
