/**
 * Every error code that Haltwire's packages throw or answer with. Codes are never reused.
 * docs: ../README.md#errors lists each with its cause and cure.
 */
export const errorCodes = [
  // sdk
  'HALTWIRE_DENIED',
  'HALTWIRE_KILLED',
  'HALTWIRE_HELD',
  'HALTWIRE_NO_LEASE',
  'HALTWIRE_UNREACHABLE',
  'HALTWIRE_TIMEOUT',
  'HALTWIRE_ABORTED',
  'HALTWIRE_DIGEST_MISMATCH',
  'HALTWIRE_LATE_VERDICT',
  'HALTWIRE_SESSION_ENDED',
  'HALTWIRE_CONFIG',
  // front door and API
  'HALTWIRE_UNAUTHENTICATED',
  'HALTWIRE_FORBIDDEN',
  'HALTWIRE_BAD_REQUEST',
  'HALTWIRE_NOT_FOUND',
  'HALTWIRE_CONFLICT',
  'HALTWIRE_TOO_LARGE',
  'HALTWIRE_UNAVAILABLE',
  // policy and log
  'HALTWIRE_POLICY',
  'HALTWIRE_FENCED',
  'HALTWIRE_STORAGE',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

const marker = Symbol.for('haltwire.error');

/**
 * The base of all errors that Haltwire throws. Test with `HaltwireError.isInstance`, which also works when two
 * copies of the package are loaded.
 *
 * @example
 * try { await session.tool('shell', args, run) } catch (error) {
 *   if (HaltwireError.isInstance(error) && error.code === 'HALTWIRE_KILLED') stopTheLoop();
 * }
 */
export class HaltwireError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HaltwireError';
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  static isInstance(error: unknown): error is HaltwireError {
    return typeof error === 'object' && error !== null && marker in error;
  }
}
