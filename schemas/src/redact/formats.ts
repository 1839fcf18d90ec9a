import { aiFormats } from './formats/ai.ts';
import { businessFormats } from './formats/business.ts';
import { cloudFormats } from './formats/cloud.ts';
import { codeFormats } from './formats/code.ts';

/** A secret that its own shape gives away. */
export interface SecretFormat {
  readonly kind: string;
  readonly provider?: string;
  /**
   * Global. Starts with a literal prefix behind a boundary, so that a run of letters is tried once only; an open
   * quantifier stands last. Group 1, if there is one, is the secret.
   */
  readonly pattern: RegExp;
}

/** What must not stand before: part of a longer word or token; `w` for tokens whose alphabet has no dash. */
const boundaries: Readonly<Record<string, string>> = {
  s: '(?<![A-Za-z0-9_-])',
  w: '(?<![A-Za-z0-9])',
  '-': '',
};

interface Line {
  readonly kind: string;
  readonly provider: string;
  readonly boundary: string;
  readonly expression: string;
}

/** Reads lines of `kind|provider|boundary|expression`: the tables are text, because the sdk carries them. */
function readFormats(table: string): Line[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [, kind = '', provider = '', boundary = '', expression = ''] =
        /^([^|]+)\|([^|]*)\|([sw-])\|(.+)$/.exec(line) ?? [];
      return { kind, provider, boundary, expression };
    });
}

const jwt = 'jwt||s|ey[JI][A-Za-z0-9_-]{8,}\\.ey[JI][A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*';
const lines = [codeFormats, cloudFormats, aiFormats, businessFormats, jwt].flatMap(readFormats);

/** Published token formats of the services that agents meet, in order of precedence. */
export const secretFormats: readonly SecretFormat[] = lines.map(({ kind, provider, boundary, expression }) => ({
  kind,
  ...(provider === '' ? {} : { provider }),
  pattern: new RegExp(`${boundaries[boundary]}${expression}`, 'g'),
}));

/** The character with which every token of an expression begins; empty when there are several. */
function firstOf(expression: string): string {
  return /^[A-Za-z0-9](?![?*+{|])/.exec(expression)?.[0] ?? '';
}

/** A format with its expression for one given place. */
export interface FormatAt {
  readonly format: SecretFormat;
  readonly sticky: RegExp;
  readonly first: string;
}

const allAt: readonly FormatAt[] = secretFormats.map((format, rank) => ({
  format,
  sticky: new RegExp(format.pattern.source, 'y'),
  first: firstOf(lines[rank]?.expression ?? ''),
}));
const atByFirst = new Map<string, readonly FormatAt[]>();

/** The formats that a token may have which begins with this character, in order of precedence. */
export function formatsAt(first: string): readonly FormatAt[] {
  const known = atByFirst.get(first);
  if (known !== undefined) return known;
  const found = allAt.filter((one) => one.first === '' || one.first === first);
  atByFirst.set(first, found);
  return found;
}

/**
 * Global; matches where any of the formats does: tells in one pass that a text holds none, which is so of nearly every
 * text, or where to look. What must stand before is asked once for all that share it, and then the first character decides which to try.
 */
export const anyFormat: RegExp = anyOf();

function anyOf(): RegExp {
  const parts = Object.entries(boundaries).map(([boundary, before]) => {
    const byFirst = new Map<string, string[]>();
    for (const line of lines) {
      if (line.boundary !== boundary) continue;
      const first = firstOf(line.expression);
      const rests = byFirst.get(first) ?? [];
      byFirst.set(first, rests);
      // Of what stands last the least will do, and keeps the work at one place bounded.
      rests.push(line.expression.slice(first.length).replaceAll(/\{(\d+),\}(?=$|[)|])/g, '{$1}'));
    }
    return `${before}(?:${[...byFirst].map(([first, rests]) => `${first}(?:${rests.join('|')})`).join('|')})`;
  });
  return new RegExp(parts.join('|'), 'g');
}

/** Who issues secrets, in lower case. */
export const providerNames: ReadonlySet<string> = new Set(lines.map(({ provider }) => provider));

const providers = new Map([
  ...secretFormats.map((entry) => [entry.kind, entry.provider] as const),
  ['aws-secret-key', 'aws'] as const,
]);

/** Who issues secrets of this kind, when the kind tells. */
export function providerOfKind(kind: string): string | undefined {
  return providers.get(kind);
}
