import {
  type Decision,
  decisionSchema,
  type EventSource,
  type LogEntry,
  TOPIC,
  type TopicName,
} from '@haltwire/schemas';
import type { RecordedLog } from './recorded-log.ts';

async function* readAll(source: EventSource, topic: TopicName, partition: number): AsyncGenerator<readonly LogEntry[]> {
  const until = await source.end(topic, partition);
  if (until.offset > 0) yield* source.read(topic, partition, { until, signal: new AbortController().signal });
}

/** Recorded inputs behind the log's own port: the embedded log, or Kafka. */
export async function portLog(name: string, source: EventSource, close: () => Promise<void>): Promise<RecordedLog> {
  const partitions = await source.partitions(TOPIC.inputs);
  const ends = await Promise.all(partitions.map((partition) => source.end(TOPIC.inputs, partition)));
  return {
    name,
    total: ends.reduce((sum, { offset }) => sum + offset, 0),
    unit: 'records',
    async *batches(onRead = () => {}) {
      let before = 0;
      for (const [place, partition] of partitions.entries()) {
        for await (const batch of readAll(source, TOPIC.inputs, partition)) {
          yield batch;
          onRead(before + (batch.at(-1)?.position.offset ?? 0) + 1);
        }
        before += ends[place]?.offset ?? 0;
        onRead(before);
      }
    },
    decisions: (partition) => decisionsOf(readAll(source, TOPIC.decisions, partition)),
    close,
  };
}

async function* decisionsOf(batches: AsyncIterable<readonly LogEntry[]>): AsyncGenerator<readonly Decision[]> {
  for await (const batch of batches) yield batch.flatMap(({ value }) => readDecision(value) ?? []);
}

/** A decision as the log holds it; undefined when another version wrote what this one cannot read. */
export function readDecision(text: string): Decision | undefined {
  try {
    const parsed = decisionSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
