import { hash } from 'node:crypto';

/** SHA-256 of a string's UTF-8 bytes, as lower-case hex. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}

/**
 * A short deterministic id: prefix, then 96 bits of SHA-256 over the parts.
 *
 * Parts are joined with U+001F, which no id of ours contains.
 *
 * @example
 * deterministicId('dec', 'agent.inputs', 0, 42) // 'dec_5f0c…' (24 hex digits)
 */
export function deterministicId(prefix: string, ...parts: readonly (string | number)[]): string {
  return `${prefix}_${sha256Hex(parts.join('\u001f')).slice(0, 24)}`;
}
