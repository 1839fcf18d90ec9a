import { type DeadLetter, type InputRecord, inputRecordSchema, type LogEntry, TOPIC } from '@haltwire/schemas';

/** The record of a log entry; a string says why it is none. */
export function readRecord(value: string): InputRecord | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return 'not JSON';
  }
  const result = inputRecordSchema.safeParse(parsed);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return `${issue?.path.join('.') || 'record'}: ${issue?.message ?? 'not an input record'}`;
}

/** What is kept of an entry that could not be judged. */
export function deadLetterOf(entry: LogEntry, message: string): DeadLetter {
  return {
    type: 'dead-letter',
    v: 1,
    reason: 'unknown-record',
    message: message.slice(0, 1000),
    source: TOPIC.inputs,
    body: entry.value.slice(0, 4096),
  };
}
