import type { CredentialUse } from '../credential.ts';
import { findEncoded } from './find-encoded.ts';
import { findFormats, findPrivateKeys } from './find-formats.ts';
import { findAssignments } from './find-named.ts';
import { findSpaced } from './find-spaced.ts';
import { findUrlSecrets } from './find-urls.ts';
import type { Finding } from './finding.ts';
import { fingerprintOf, placeholderOf, placeholderPattern } from './fingerprint.ts';
import { providerOfKind } from './formats.ts';
import { type KnownSecrets, know, maskRepeats } from './repeats.ts';
import type { Redacted } from './types.ts';
import { viewsOf } from './views.ts';

/** Base64 inside base64 inside base64 is read; deeper nesting is not. Each level is a quarter smaller. */
const MAX_DEPTH = 3;
/** A replacement may bring the next secret to light; a text is settled after one or two rounds. */
const MAX_ROUNDS = 4;

/**
 * A short word: shorter than every token's format and than base64 that is read, without a sign that a value follows
 * (`=`, `:`, a blank, `<`) and without an escape. Nothing can be found in it; keys and names are such words.
 */
const plainWord = /^[\w./$-]{0,15}$/;

/** Redacts one text. Linear: a fixed number of passes, each with bounded look-around. */
export function redactText(
  text: string,
  fingerprintKey: string,
  depth = 0,
  known: KnownSecrets = new Map(),
): Redacted<string> {
  if (text.length < 4) return { value: text, secrets: [] };
  const secrets = new Map<string, CredentialUse>();
  let value = known.size === 0 ? text : maskRepeats(text, known, (use) => remember(secrets, use));
  if (plainWord.test(value)) return { value, secrets: [] };
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const findings = findAll(value, fingerprintKey, depth, known);
    if (findings.length === 0) break;
    value = maskRepeats(rewrite(value, findings, fingerprintKey, secrets, known), known);
  }
  return { value, secrets: [...secrets.values()] };
}

function findAll(text: string, fingerprintKey: string, depth: number, known: KnownSecrets): Finding[] {
  const inner = (decoded: string): Redacted<string> => redactText(decoded, fingerprintKey, depth + 1, known);
  const encoded = depth < MAX_DEPTH ? findEncoded(text, inner) : [];
  const views = viewsOf(text);
  const find = (finder: (reading: string) => Finding[]): Finding[] => [
    ...finder(text),
    ...views.flatMap((view) =>
      finder(view.text).map((one) => ({ ...one, start: view.origin(one.start), end: view.origin(one.end) })),
    ),
  ];
  // What a secret is made of goes before the place it stands in. Of two such findings the longer one: half a secret may
  // look like a whole one where the other half is escaped.
  const ranked = [
    [...find(findPrivateKeys), ...find(findFormats), ...encoded],
    find(findUrlSecrets),
    find(findSpaced),
    find(findAssignments),
  ];
  const findings = ranked.flatMap((some) => some.sort(byLength));
  return findings.length === 0 ? [] : settle(findings, placesOfPlaceholders(text));
}

function byLength(a: Finding, b: Finding): number {
  return b.end - b.start - (a.end - a.start);
}

/** Placeholders that stand there already, as spans that nothing may touch. */
function placesOfPlaceholders(text: string): Span[] {
  return [...text.matchAll(placeholderPattern())].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Keeps the findings, in order of precedence, that overlap no earlier one; answers them in order of place. */
function settle(findings: readonly Finding[], taken: readonly Span[]): Finding[] {
  const ranked = [
    ...taken.map((span) => ({ span, finding: undefined, rank: -1 })),
    ...findings.map((finding, rank) => ({ span: finding as Span, finding, rank })),
  ].sort((a, b) => a.span.start - b.span.start || a.rank - b.rank);
  const kept: typeof ranked = [];
  for (const candidate of ranked) {
    let beaten = false;
    // Only the tail can overlap, because the kept spans are disjoint and in order.
    while (!beaten) {
      const last = kept.at(-1);
      if (last === undefined || last.span.end <= candidate.span.start) break;
      if (last.rank <= candidate.rank) beaten = true;
      else kept.pop();
    }
    if (!beaten && candidate.span.end > candidate.span.start) kept.push(candidate);
  }
  return kept.flatMap((entry) => entry.finding ?? []);
}

function rewrite(
  text: string,
  findings: readonly Finding[],
  fingerprintKey: string,
  secrets: Map<string, CredentialUse>,
  known: KnownSecrets,
): string {
  const parts: string[] = [];
  let from = 0;
  for (const finding of findings) {
    parts.push(text.slice(from, finding.start));
    from = finding.end;
    if (finding.rewritten !== undefined) {
      parts.push(finding.rewritten.text);
      for (const secret of finding.rewritten.secrets) remember(secrets, secret);
      continue;
    }
    const secret = credentialOf(finding, fingerprintKey);
    const placeholder = placeholderOf(secret);
    parts.push(placeholder);
    know(known, finding.secret, secret);
    remember(secrets, secret);
  }
  parts.push(text.slice(from));
  return parts.join('');
}

/** The finding as the rest of the system knows it: by fingerprint. */
export function credentialOf(finding: Omit<Finding, 'start' | 'end'>, fingerprintKey: string): CredentialUse {
  const provider = finding.provider ?? providerOfKind(finding.kind);
  return {
    fingerprint: fingerprintOf(finding.secret, fingerprintKey),
    kind: finding.kind,
    ...(provider === undefined ? {} : { provider }),
    where: finding.where.slice(0, 120),
  };
}

function remember(secrets: Map<string, CredentialUse>, secret: CredentialUse): void {
  if (!secrets.has(secret.fingerprint)) secrets.set(secret.fingerprint, secret);
}
