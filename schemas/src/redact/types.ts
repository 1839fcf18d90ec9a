import type { CredentialUse } from '../credential.ts';

/** Text or value without secrets, and what was taken out. */
export interface Redacted<T> {
  readonly value: T;
  /** Each secret once, in order of appearance. */
  readonly secrets: readonly CredentialUse[];
}

/** Finds secrets, fingerprints them and puts a placeholder in their place. Pure; never throws; linear in its input. */
export interface Redactor {
  text(text: string): Redacted<string>;
  /** Walks arrays and objects (keys too, `Authorization: …` pairs by key); depth and size are capped. */
  value(value: unknown): Redacted<unknown>;
  /**
   * A redactor with a memory: a secret that it found once is recognised later wherever it stands, even where neither
   * its form nor its place gives it away. For one session; it keeps the last 128 secrets, in this process only.
   */
  remembering(): Redactor;
}

/** Options of `createRedactor`. */
export interface RedactorOptions {
  /**
   * HMAC key of fingerprints: sdk, collector and policy of one deployment must use the same one.
   * Default: `haltwire`, which makes fingerprints portable but lets anybody test a guess; set your own in production.
   */
  readonly fingerprintKey?: string | undefined;
}
