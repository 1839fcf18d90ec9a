import type { EventSource, LogEntry, Position, TopicName } from '@haltwire/schemas';

/** Reads so many entries of one partition, then lets go of the reader. */
export async function readCount(
  source: EventSource,
  topic: TopicName,
  count: number,
  { partition = 0, from }: { readonly partition?: number; readonly from?: Position } = {},
): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  if (count === 0) return entries;
  const stop = new AbortController();
  for await (const batch of source.read(topic, partition, { from, signal: stop.signal })) {
    entries.push(...batch);
    if (entries.length >= count) break;
  }
  stop.abort();
  return entries;
}

/** Everything that is in the partition now. */
export async function readToEnd(source: EventSource, topic: TopicName, partition = 0): Promise<LogEntry[]> {
  const end = await source.end(topic, partition);
  const entries: LogEntry[] = [];
  if (end.offset === 0) return entries;
  const stop = new AbortController();
  for await (const batch of source.read(topic, partition, { signal: stop.signal })) {
    entries.push(...batch);
    if ((entries.at(-1)?.position.offset ?? 0) >= end.offset - 1) break;
  }
  stop.abort();
  return entries;
}
