import { BY_FORMAT, type Finding } from './finding.ts';
import { anyFormat, secretFormats } from './formats.ts';
import { matchesOf } from './matches.ts';
import { holdsPlaceholder, isFiller } from './plausible.ts';

/** Finds secrets that their own shape gives away, wherever they stand. */
export function findFormats(text: string): Finding[] {
  if (!anyFormat.test(text)) return [];
  const found: Finding[] = [];
  for (const { kind, provider, pattern } of secretFormats) {
    for (const match of matchesOf(pattern, text)) {
      const secret = withoutTrailing(match[1] ?? match[0]);
      const start = match.index + (match[1] === undefined ? 0 : match[0].indexOf(match[1]));
      if (isFiller(bodyOf(secret)) || holdsPlaceholder(secret)) continue;
      found.push({ start, end: start + secret.length, secret, kind, provider, where: BY_FORMAT });
    }
  }
  return found;
}

/** A full stop or dash after a token belongs to the sentence. */
function withoutTrailing(token: string): string {
  let end = token.length;
  while (end > 0 && (token[end - 1] === '.' || token[end - 1] === '-')) end -= 1;
  return token.slice(0, end);
}

/** Without the prefix, which has letters enough to look like something. */
function bodyOf(secret: string): string {
  const cut = secret.slice(0, 14).search(/[_-][^_-]*$/);
  return secret.slice(cut < 0 ? 4 : cut + 1);
}

const pemStart = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const pemEnd = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** Finds private keys in PEM form, also inside one line with `\n` escapes; one that was cut runs to the text's end. */
export function findPrivateKeys(text: string): Finding[] {
  if (!text.includes('PRIVATE KEY')) return [];
  const found: Finding[] = [];
  const ends = matchesOf(pemEnd, text).map((match) => match.index + match[0].length);
  let next = 0;
  let covered = 0;
  for (const match of matchesOf(pemStart, text)) {
    if (match.index < covered) continue;
    const bodyStart = match.index + match[0].length;
    while (next < ends.length && (ends[next] as number) < bodyStart) next += 1;
    const end = ends[next] ?? text.length;
    covered = end;
    // The same key in a file and in a JSON string is one key: line ends and their escapes do not count.
    const secret = text.slice(bodyStart, end).replaceAll(/\\+[nr]|\s|-----END.*/g, '');
    if (secret.length < 40 || isFiller(secret)) continue;
    found.push({ start: match.index, end, secret, kind: 'private-key', where: BY_FORMAT });
  }
  return found;
}
