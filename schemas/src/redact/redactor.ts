import { DEFAULT_FINGERPRINT_KEY } from './fingerprint.ts';
import { redactText } from './redact-text.ts';
import { redactValue } from './redact-value.ts';
import type { KnownSecrets } from './repeats.ts';
import type { Redactor, RedactorOptions } from './types.ts';

/**
 * Makes a redactor: it finds secrets by their format and by the place in which they stand (headers, assignments,
 * flags, URLs, JSON members; inside base64, percent and JSON escapes too) and puts placeholders in their place.
 *
 * Pure and linear; redacting twice changes nothing.
 *
 * @param options.fingerprintKey HMAC key of fingerprints, one per deployment. Default `DEFAULT_FINGERPRINT_KEY`.
 * @example
 * const { value, secrets } = createRedactor().text('curl -H "Authorization: Bearer 9f2c…"');
 * // value: 'curl -H "Authorization: Bearer hwsecret.bearer-token.hwf_…"', secrets: [{ fingerprint, kind, where }]
 */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  const fingerprintKey = options.fingerprintKey ?? DEFAULT_FINGERPRINT_KEY;
  return {
    text: (text) => redactText(text, fingerprintKey),
    value: (value) => redactValue(value, fingerprintKey),
    remembering: () => rememberingRedactor(fingerprintKey),
  };
}

/** One with a memory of its own: what it found once it knows again, bare, in whatever comes later. */
function rememberingRedactor(fingerprintKey: string): Redactor {
  const known: KnownSecrets = new Map();
  return {
    text: (text) => redactText(text, fingerprintKey, 0, known),
    value: (value) => redactValue(value, fingerprintKey, known),
    remembering: () => rememberingRedactor(fingerprintKey),
  };
}
