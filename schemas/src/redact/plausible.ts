import { placeholderPattern } from './fingerprint.ts';

/** Words that stand where a secret would: types, defaults, advice to the reader. */
const fillers = new Set(
  `any apikey api_key auth basic bearer bool boolean byte bytes change-me change_me changeit changeme char default digest disabled
  dummy empty enabled example false hidden int integer invalid key masked missing n/a nil no none null number object off on
  optional pass passphrase passwd password placeholder prompt redacted removed replaceme required sample sealed secret secrets set
  str string tbd test text todo token true undefined unknown unset user username value varchar void yes your`.split(
    /\s+/,
  ),
);

/** References and templates: the value is fetched from elsewhere when the text is used. */
const references = [
  /^\$/,
  /^[<[{%@#]/,
  /^%[A-Za-z_]/,
  /\$[{(]/,
  /\{\{|<%|#\{/,
  /^(?:process\.env|os\.environ|os\.getenv|import\.meta|env|secrets|vars?|config|settings|self|this|props|params|args|options|req|request|res|response|data|ctx|context)\b[.[(]/i,
  /^(?:arn|vault|ssm|secretsmanager|op|file|s3|gs|projects):?\//i,
  /^arn:/i,
  /^(?:https?|wss?):\/\/[^@]*$/i,
  /^(?:~|\.{0,2})\/(?:[\w.-]+\/){0,8}[\w.-]*$/,
  /^[A-Za-z]:\\/,
  /^(?:[\w.-]+\/)+[\w.-]+\.(?:txt|json|ya?ml|toml|ini|conf|cfg|env|pem|key|crt|cer|gpg|asc|pub|vbox|img)$/i,
  /^\/(?:run|etc|var|home|usr|opt|tmp|root|mnt|srv)\//,
];

export const advice =
  /^(?:(?:put|insert|enter|add|replace|change|set|type|paste|use)[\s_-]?(?:your|my|the|this|with|me|here|key|token|password|secret|in|api)|(?:your|my|some|the|an?|fake|dummy|sample|test)[\s_-](?:\w|<)|your[a-z]+$)/i;

/**
 * One character only (behind a prefix, too), a word that stands where a secret would, or marked as an example: nobody's secret, even in a place
 * that is made for one. A session's id may well be nearly all zeros, so two characters are enough to be one.
 */
export function isFiller(value: string): boolean {
  const head = value.length > 512 ? value.slice(0, 512) : value;
  const lower = head.toLowerCase();
  if (fillers.has(lower)) return true;
  if (lower.includes('example') || lower.includes('placeholder') || lower.includes('changeme')) return true;
  if (lower.includes('redacted') || lower.includes('_here') || lower.includes('-here')) return true;
  if (/(?:x{5}|\*{3}|\.{3}|…|^path\/to\/)/.test(lower)) return true;
  const body = lower.replace(/^[a-z][a-z0-9]{1,8}[_-]/, '');
  return new Set(body.replaceAll(/[^a-z0-9]/g, '')).size < 2;
}

/** The same for what only its form gives away: there, few characters or a long run of one are a filled-in pattern too. */
export function isFilledPattern(value: string): boolean {
  if (isFiller(value)) return true;
  const lower = value.slice(0, 512).toLowerCase();
  if (lower.includes('0'.repeat(12))) return true;
  const longestRun = /(.)\1{11,}/.exec(lower)?.[0].length ?? 0;
  if (longestRun > 0.75 * lower.length) return true;
  return new Set(lower.replaceAll(/[^a-z0-9]/g, '')).size < (lower.length >= 16 ? 4 : 2);
}

/** The value is a variable, a template, a path or a call, not a literal. */
export function isReference(value: string): boolean {
  const head = value.length > 512 ? value.slice(0, 512) : value;
  return references.some((pattern) => pattern.test(head));
}

/** Holds a placeholder of ours already, plainly or in base64. */
export function holdsPlaceholder(value: string): boolean {
  if (value.includes('hwsecret.')) return placeholderPattern().test(value);
  if (value.length < 60 || value.length > 1 << 20 || !/^[A-Za-z0-9+/_=-]+$/.test(value)) return false;
  return placeholderPattern().test(Buffer.from(value, 'base64').toString('latin1'));
}

/** Mixed enough to be made by a machine: letters with digits, or both cases not in camel-case words, 8 or more. */
export function looksRandom(value: string): boolean {
  if (value.length < 8) return false;
  const head = value.length > 512 ? value.slice(0, 512) : value;
  if (/\s/.test(head)) return false;
  const letters = /[A-Za-z]/.test(head);
  if (letters && /[0-9]/.test(head)) return !/^(?:[A-Za-z]{2,}[_.-]){1,8}[A-Za-z]*[0-9]{0,2}$/.test(head);
  if (!letters) return false;
  return /[a-z][A-Z]{2,}[a-z]|[A-Z][a-z][A-Z][a-z]?[A-Z]|[+/=!#%^&*]/.test(head) && head.length >= 12;
}

/** How a value stands in the text. */
export interface ValueContext {
  /** From `kindOfName`. */
  readonly kind: string;
  readonly name: string;
  readonly quoted: boolean;
  /** Written as data, where a bare word is a literal: `NAME=value`, a flag, a whole line, a JSON member. */
  readonly literal: boolean;
}

/** True when a value in a secret's place is a secret, and not a type, a variable, a template or an example. */
export function isPlausible(value: string, context: ValueContext): boolean {
  const isPassword = context.kind === 'password';
  if (value.length < (isPassword ? 4 : 8) || value.length > 16_384) return false;
  if (holdsPlaceholder(value) || isReference(value) || isFiller(value) || advice.test(value.slice(0, 80))) return false;
  if (value.toLowerCase() === context.name.toLowerCase()) return false;
  if (!context.quoted && isCode(value)) return false;
  if (context.kind === 'signature') return value.length >= 40 && looksRandom(value);
  // A provider's name alone: only what is certainly made by a machine, and no digest, which has one case only.
  if (context.kind === 'vendor-key')
    return context.literal && /^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9_-]{32,128}$/.test(value);
  if (isPassword) {
    if (context.quoted) return !/^[A-Z][a-z]+(?: [a-z]+){3,}/.test(value);
    return context.literal ? /[A-Za-z]|[0-9]{4}/.test(value) : looksRandom(value);
  }
  if (context.literal && /^[0-9a-z]{20,}$/i.test(value)) return true;
  return looksRandom(value);
}

/** An expression of a program: a call, a path of names, an index, a number of another base. */
function isCode(value: string): boolean {
  return /[()]|^[A-Za-z_$][A-Za-z_$]*(?:(?:\.|->|::)[A-Za-z_$]+)+$|\[|^[A-Z][a-z]+(?:[A-Z][a-z]+)*$/.test(
    value.slice(0, 512),
  );
}
