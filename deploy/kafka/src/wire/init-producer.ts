import { type BrokerInternals, createErrorFromCode, type ProtocolCall } from '../client/internals.ts';
import type { Identity } from '../sink/produce.ts';
import { ByteReader } from './bytes.ts';

const API_KEY = 22;
/** Version 3 (Kafka 2.5): the first in which a holder can ask for its next epoch only if it is still the newest. */
const API_VERSION = 3;

export interface InitProducer {
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  /** The identity that is held: refused when another has been given out since. Unset: take over from whoever holds it. */
  readonly held?: Identity | undefined;
}

function compactString(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  let left = bytes.length + 1;
  for (; left > 0x7f; left >>>= 7) length.push((left & 0x7f) | 0x80);
  length.push(left);
  return Buffer.concat([Buffer.from(length), bytes]);
}

/**
 * Asks the transaction coordinator for the next epoch of a transactional id. Rejects with kafkajs' errors.
 *
 *     request:  [header: tags] | id compact string | timeout i32 | producer id i64 | epoch i16 | tags
 *     response: [header: tags] | throttle i32 | error i16 | producer id i64 | epoch i16 | tags
 *
 * kafkajs stops at version 1, which takes over in any case. Its connections carry what they are given, so the one byte
 * by which the newer headers differ (no tags) stands at the front of the body.
 */
export async function initProducer(
  broker: BrokerInternals,
  { transactionalId, transactionTimeoutMs, held }: InitProducer,
): Promise<Identity> {
  const numbers = Buffer.alloc(4 + 8 + 2);
  numbers.writeInt32BE(transactionTimeoutMs, 0);
  numbers.writeBigInt64BE(BigInt(held?.producerId ?? -1), 4);
  numbers.writeInt16BE(held?.producerEpoch ?? -1, 12);
  const none = Buffer.from([0]);
  const body = Buffer.concat([none, compactString(transactionalId), numbers, none]);
  const call: ProtocolCall<Identity & { readonly errorCode: number }> = {
    request: {
      apiKey: API_KEY,
      apiVersion: API_VERSION,
      apiName: 'InitProducerId',
      // What kafkajs takes for one of its own encoders.
      encode: async () => ({ buf: body, buffer: body }),
    },
    response: {
      async decode(bytes) {
        const reader = new ByteReader(bytes);
        reader.skip(1 + 4);
        return { errorCode: reader.int16(), producerId: reader.int64Text(), producerEpoch: reader.int16() };
      },
      async parse(answer) {
        if (answer.errorCode !== 0) throw createErrorFromCode(answer.errorCode);
        return answer;
      },
    },
  };
  const { producerId, producerEpoch } = await broker.connectionPool.send(call);
  return { producerId, producerEpoch };
}
