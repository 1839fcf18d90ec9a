import type { SecretSeen } from '@haltwire/schemas';
import type { Redactor } from '@haltwire/schemas/redact';
import { plainData } from './plain-data.ts';

/** Most bytes of a result that are sent, as UTF-8. */
export const MAX_RESULT_BYTES = 8192;

/** How the redactor marks what it left out. */
const TOO_MANY = '[haltwire: too many members]';

/** What is told about a result. */
export interface ResultReport {
  /** Redacted, well formed, at most 8 KiB of UTF-8. */
  readonly text: string;
  /** From the whole result, not only from what `text` still shows. */
  readonly secretsSeen: readonly SecretSeen[];
}

/**
 * Redacts what a tool returned or threw, and cuts it afterwards. Never throws, whatever the value.
 *
 * @example
 * const { text, secretsSeen } = reportResult({ stdout: 'total 0' }, createRedactor());
 */
export function reportResult(result: unknown, redactor: Redactor): ResultReport {
  const data = plainData(result);
  const { value, secrets } = typeof data === 'string' ? redactor.text(data) : redactor.value(data);
  const text = textOf(value);
  // The redactor stops after so many members, and says so; their text has no such bound.
  const seen = text.includes(TOO_MANY) ? [...secrets, ...redactor.text(textOf(data)).secrets] : secrets;
  return { text: cutText(text, MAX_RESULT_BYTES), secretsSeen: seen };
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** The longest well-formed beginning of a text that fits into so many bytes of UTF-8. */
export function cutText(text: string, bytes: number): string {
  // No character takes less than one byte per code unit, so the rest can never fit.
  const head = text.slice(0, bytes).toWellFormed();
  const buffer = Buffer.from(head, 'utf8');
  if (buffer.length <= bytes) return head;
  let end = bytes;
  // Step back over the continuation bytes (10xxxxxx) of a character that would be cut through.
  while (end > 0 && ((buffer[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return buffer.toString('utf8', 0, end);
}

/** `error.type` of something thrown: a code when it has one, else the name of its class. */
export function errorTypeOf(error: unknown): string {
  try {
    if (typeof error !== 'object' || error === null) return typeof error;
    const { code, name } = error as { code?: unknown; name?: unknown };
    if (typeof code === 'string' && code !== '') return cutText(code, 200);
    return typeof name === 'string' && name !== '' ? cutText(name, 200) : 'Error';
  } catch {
    return 'Error';
  }
}
