import { isUtf8 } from 'node:buffer';
import type { CredentialUse } from '../credential.ts';
import type { Finding } from './finding.ts';
import { matchesOf } from './matches.ts';
import type { Redacted } from './types.ts';

const run = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}/g;
const lineBreak = /(?:\\r)?(?:\\n)|\r?\n/y;

/** Redacts decoded text; the same function that redacts the text around it, one level deeper. */
export type Inner = (text: string) => Redacted<string>;

/**
 * Finds base64 that decodes to readable text with a secret inside (UTF-8, or UTF-16 as PowerShell's
 * `-EncodedCommand`), also wrapped at 64 or 76 columns. It is encoded again with the placeholder in the secret's
 * place, so that a classifier can still read the program.
 */
export function findEncoded(text: string, inner: Inner): Finding[] {
  const found: Finding[] = [];
  let covered = 0;
  for (const match of matchesOf(run, text)) {
    if (match.index < covered) continue;
    const end = endOfWrapped(text, match.index, match[0]);
    covered = end;
    if (!beginsAsText(match[0])) continue;
    const decoded = decode(text.slice(match.index, end));
    if (decoded === undefined) continue;
    const redacted = inner(decoded.text);
    if (redacted.secrets.length === 0) continue;
    const secrets: CredentialUse[] = redacted.secrets.map((secret) => ({
      ...secret,
      where: `base64 > ${secret.where ?? ''}`.slice(0, 120),
    }));
    const encoded = Buffer.from(redacted.value, decoded.encoding).toString(decoded.alphabet);
    found.push({
      start: match.index,
      end,
      secret: '',
      kind: 'encoded',
      where: 'base64',
      rewritten: { text: decoded.padded ? pad(encoded) : encoded.replace(/={1,2}$/, ''), secrets },
    });
  }
  return found;
}

/** Where the payload ends when its lines are full ones (64 or 76 columns). */
function endOfWrapped(text: string, start: number, first: string): number {
  let end = start + first.length;
  const width = first.length;
  if (width !== 64 && width !== 76) return end;
  const line = /[A-Za-z0-9+/]{1,76}={0,2}/y;
  for (;;) {
    lineBreak.lastIndex = end;
    const gap = lineBreak.exec(text)?.[0].length;
    if (gap === undefined) return end;
    line.lastIndex = end + gap;
    const next = line.exec(text)?.[0];
    if (next === undefined || next.length > width) return end;
    end += gap + next.length;
    if (next.length < width) return end;
  }
}

const sextets = new Int8Array(128).fill(-1);
for (const [value, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries())
  sextets[char.charCodeAt(0)] = value;
sextets['-'.charCodeAt(0)] = 62;
sextets['_'.charCodeAt(0)] = 63;

/**
 * Whether the first bytes of a payload could be text. Most long words of a command are paths and names, which decode to
 * noise: this tells them apart without decoding the whole. It never says no to what `decode` would read.
 */
export function beginsAsText(payload: string): boolean {
  let continuations = 0;
  for (let at = 0; at < 12; at += 1) {
    const byte = byteOf(payload, at);
    if (continuations > 0) {
      if (byte >> 6 !== 2) return false;
      continuations -= 1;
      continue;
    }
    // UTF-16: its second character may be anything.
    if (at === 1 && byte === 0) return true;
    if (byte < 32 && byte !== 27 && (byte < 9 || byte > 13)) return false;
    if (byte === 127 || (byte > 127 && (byte < 0xc2 || byte > 0xf4))) return false;
    continuations = byte < 128 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  }
  return true;
}

/** One byte of what a base64 text holds. */
function byteOf(payload: string, at: number): number {
  const place = Math.floor(at / 3) * 4 + (at % 3);
  const [high, low] = [sextet(payload, place), sextet(payload, place + 1)];
  return ((high << ((at % 3) * 2 + 2)) | (low >> (4 - (at % 3) * 2))) & 255;
}

function sextet(payload: string, at: number): number {
  return sextets[payload.charCodeAt(at)] ?? 0;
}

interface Decoded {
  readonly text: string;
  readonly encoding: 'utf8' | 'utf16le';
  readonly alphabet: 'base64' | 'base64url';
  readonly padded: boolean;
}

function decode(payload: string): Decoded | undefined {
  const joined = payload.replaceAll(/\\r|\\n|\s/g, '');
  const bytes = Buffer.from(joined, 'base64');
  const alphabet = /[_-]/.test(joined) ? 'base64url' : 'base64';
  const padded = joined.endsWith('=') || joined.length % 4 === 0;
  if (bytes.length >= 4 && bytes[1] === 0 && bytes[3] === 0) {
    const wide = bytes.toString('utf16le');
    return isReadable(wide) ? { text: wide, encoding: 'utf16le', alphabet, padded } : undefined;
  }
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return isReadable(text) ? { text, encoding: 'utf8', alphabet, padded } : undefined;
}

function isReadable(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary data
  return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/.test(text);
}

function pad(encoded: string): string {
  return encoded + '='.repeat((4 - (encoded.length % 4)) % 4);
}
