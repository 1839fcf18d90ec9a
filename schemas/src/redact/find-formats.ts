import { BY_FORMAT, type Finding } from './finding.ts';
import { anyFormat, type FormatAt, formatsAt, type SecretFormat } from './formats.ts';
import { matchesOf } from './matches.ts';
import { holdsPlaceholder, isFilledPattern } from './plausible.ts';

/**
 * Global: words of characters that formats are made of, as long as the shortest token: everything else is passed over. What
 * stands beside such a word belongs to no longer token, so the word alone is looked at.
 */
export const longWord = /(?<![\w.:/~+=|$!%@-])[\w.:/~+=|$!%@-]{16,}/g;

/** Finds secrets that their own shape gives away, wherever they stand. */
export function findFormats(text: string): Finding[] {
  return matchesOf(longWord, text).flatMap((word) => findInWord(word[0], word.index));
}

function findInWord(word: string, offset: number): Finding[] {
  const found: Finding[] = [];
  // A format is tried once only over the same characters, so that a run of prefixes costs no more than its length.
  const ends = new Map<FormatAt, number>();
  anyFormat.lastIndex = 0;
  for (let place = anyFormat.exec(word); place !== null; place = anyFormat.exec(word)) {
    // One token may begin inside of what looks like another.
    anyFormat.lastIndex = place.index + 1;
    for (const one of formatsAt(word[place.index] ?? '')) {
      if ((ends.get(one) ?? 0) > place.index) continue;
      one.sticky.lastIndex = place.index;
      const match = one.sticky.exec(word);
      if (match === null) continue;
      ends.set(one, one.sticky.lastIndex);
      const finding = findingOf(match, one.format, offset);
      if (finding !== undefined) found.push(finding);
    }
  }
  return found;
}

function findingOf(match: RegExpExecArray, format: SecretFormat, offset: number): Finding | undefined {
  const secret = withoutTrailing(match[1] ?? match[0]);
  if (isFilledPattern(bodyOf(secret)) || holdsPlaceholder(secret)) return undefined;
  const start = offset + match.index + (match[1] === undefined ? 0 : match[0].indexOf(match[1]));
  const { kind, provider } = format;
  return { start, end: start + secret.length, secret, kind, provider, where: BY_FORMAT };
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
    const secret = text.slice(bodyStart, end).replaceAll(/(?<!\\)\\+[nr]|\s|-----END.*/g, '');
    if (secret.length < 40 || isFilledPattern(secret)) continue;
    found.push({ start: match.index, end, secret, kind: 'private-key', where: BY_FORMAT });
  }
  return found;
}
