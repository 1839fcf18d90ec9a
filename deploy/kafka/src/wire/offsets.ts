import { HaltwireError } from '@haltwire/schemas';
import type { Line } from '../client/connection.ts';

const EARLIEST = -2;
const LATEST = -1;

/** Asks the partition's leader where it begins (`first`) or ends (`end`). Rejects with kafkajs' errors. */
export async function askOffset(
  line: Line,
  topic: string,
  partition: number,
  which: 'first' | 'end',
  isolationLevel: number,
): Promise<number> {
  await line.know(topic);
  const broker = await line.leaderOf(topic, partition);
  const timestamp = which === 'first' ? EARLIEST : LATEST;
  const { responses } = await broker.listOffsets({
    replicaId: -1,
    isolationLevel,
    topics: [{ topic, partitions: [{ partition, timestamp }] }],
  });
  const offset = responses[0]?.partitions[0]?.offset;
  if (offset === undefined) {
    throw new HaltwireError('HALTWIRE_UNAVAILABLE', `The broker gave no offset of ${topic}, partition ${partition}.`);
  }
  return Number(offset);
}
