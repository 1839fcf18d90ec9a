import { HaltwireError } from '@haltwire/schemas';
import type { Line } from '../client/connection.ts';

const EARLIEST = -2;
const LATEST = -1;

/** Asks the partitions' leaders where each begins (`first`) or ends (`end`). Rejects with kafkajs' errors. */
export async function askOffsets(
  line: Line,
  topic: string,
  partitions: readonly number[],
  which: 'first' | 'end',
  isolationLevel: number,
): Promise<Map<number, number>> {
  await line.know(topic);
  const timestamp = which === 'first' ? EARLIEST : LATEST;
  const offsets = new Map<number, number>();
  await Promise.all(
    [...line.leadersOf(topic, partitions)].map(async ([nodeId, led]) => {
      const broker = await line.cluster.findBroker({ nodeId });
      const { responses } = await broker.listOffsets({
        replicaId: -1,
        isolationLevel,
        topics: [{ topic, partitions: led.map((partition) => ({ partition, timestamp })) }],
      });
      for (const { partition, offset } of responses[0]?.partitions ?? []) offsets.set(partition, Number(offset));
    }),
  );
  const missing = partitions.find((partition) => !offsets.has(partition));
  if (missing !== undefined) {
    throw new HaltwireError('HALTWIRE_UNAVAILABLE', `The brokers gave no offset of ${topic}, partition ${missing}.`);
  }
  return offsets;
}

/** Asks the partition's leader where it begins (`first`) or ends (`end`). Rejects with kafkajs' errors. */
export async function askOffset(
  line: Line,
  topic: string,
  partition: number,
  which: 'first' | 'end',
  isolationLevel: number,
): Promise<number> {
  const offsets = await askOffsets(line, topic, [partition], which, isolationLevel);
  return offsets.get(partition) ?? 0;
}
