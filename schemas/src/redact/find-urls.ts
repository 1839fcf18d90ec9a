import type { Finding } from './finding.ts';
import { matchesOf } from './matches.ts';
import { advice, holdsPlaceholder, isFiller, isReference } from './plausible.ts';

const userinfo = /:\/\/([^\s/?#@"'`<>\\]{0,512})@/g;
const basicPair = /^([^:]*):(.*)$/s;

/** Finds passwords in URLs: `postgres://user:password@host`, and tokens that stand as the user. */
export function findUrlSecrets(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of matchesOf(userinfo, text)) {
    const info = match[1] ?? '';
    const start = match.index + 3;
    const pair = basicPair.exec(info);
    const raw = pair?.[2] ?? info;
    const isToken = pair === null || raw === '' || raw === 'x-oauth-basic';
    const secretRaw = isToken ? (pair?.[1] ?? info) : raw;
    // A bare user (`ssh://git@host`) is no secret; a long random one is a token.
    if (isToken && !/^(?=.*[0-9])[A-Za-z0-9_-]{20,}$/.test(secretRaw)) continue;
    if (secretRaw === '' || holdsPlaceholder(secretRaw)) continue;
    const secret = decodeComponent(secretRaw);
    if (isReference(secret) || isUrlFiller(secret)) continue;
    const at = isToken ? start : start + (pair?.[1] ?? '').length + 1;
    found.push({
      start: at,
      end: at + secretRaw.length,
      secret,
      kind: isToken ? 'url-token' : 'url-password',
      where: isToken ? 'user of a URL' : 'password of a URL',
    });
  }
  return found;
}

/** In a URL even a word like `password` is a real (if poor) password: it opens something. */
function isUrlFiller(secret: string): boolean {
  return /^(?:password|passwd|pass|secret|token|admin|user)$/i.test(secret)
    ? false
    : secret.length < 3 || isFiller(secret) || advice.test(secret.slice(0, 80));
}

/** Percent escapes undone; the text as it is when they are broken. */
export function decodeComponent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
