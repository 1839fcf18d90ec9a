import { comparePositions, type EventSource, type LogEntry, type TopicName } from '@haltwire/schemas';

/** Everything that a topic holds now. */
export async function readTopic(source: EventSource, topic: TopicName, partition = 0): Promise<LogEntry[]> {
  const end = await source.end(topic, partition);
  const entries: LogEntry[] = [];
  const done = new AbortController();
  if (end.offset === 0) return entries;
  for await (const batch of source.read(topic, partition, { signal: done.signal })) {
    entries.push(...batch);
    const last = batch.at(-1);
    if (
      last !== undefined &&
      comparePositions({ ...last.position, offset: last.position.offset + 1, index: 0 }, end) >= 0
    )
      break;
  }
  done.abort();
  return entries;
}
