import { type ErrorCode, HaltwireError } from '@haltwire/schemas/errors';

export { type ErrorCode, HaltwireError };

const markerOf = (name: string) => Symbol.for(`haltwire.error.${name}`);

function mark(error: HaltwireError, name: string): void {
  error.name = name;
  Object.defineProperty(error, markerOf(name), { value: true });
}

function isMarked(error: unknown, name: string): boolean {
  return typeof error === 'object' && error !== null && markerOf(name) in error;
}

/** The call was judged and must not run, or the session is locked. Cure: do what `reason` says, or ask a person. */
export class HaltwireDeniedError extends HaltwireError {
  /** Absent when the session is locked: then no single decision stands behind it. */
  readonly decisionId: string | undefined;
  /** What was wrong and what would be right, in words that a model may read. */
  readonly reason: string;

  constructor(message: string, details: { decisionId?: string | undefined; reason: string }) {
    super('HALTWIRE_DENIED', message);
    mark(this, 'HaltwireDeniedError');
    this.decisionId = details.decisionId;
    this.reason = details.reason;
  }

  static override isInstance(error: unknown): error is HaltwireDeniedError {
    return isMarked(error, 'HaltwireDeniedError');
  }
}

/** The session was killed. Cure: stop the agent's loop; a person may release the session later. */
export class HaltwireKilledError extends HaltwireError {
  readonly killId: string;
  readonly reason: string;

  constructor(details: { killId: string; reason: string }) {
    super('HALTWIRE_KILLED', `the session was killed: ${details.reason} (kill ${details.killId}); stop the agent`);
    mark(this, 'HaltwireKilledError');
    this.killId = details.killId;
    this.reason = details.reason;
  }

  static override isInstance(error: unknown): error is HaltwireKilledError {
    return isMarked(error, 'HaltwireKilledError');
  }
}

/** A person was asked and did not answer in time. Cure: have hold `holdId` approved, then make the same call again. */
export class HaltwireHeldError extends HaltwireError {
  readonly holdId: string | undefined;
  readonly reason: string;

  constructor(message: string, details: { holdId?: string | undefined; reason: string }) {
    super('HALTWIRE_HELD', message);
    mark(this, 'HaltwireHeldError');
    this.holdId = details.holdId;
    this.reason = details.reason;
  }

  static override isInstance(error: unknown): error is HaltwireHeldError {
    return isMarked(error, 'HaltwireHeldError');
  }
}

/** No live lease: nobody could stop the call. Cure: check that the gateway runs, its address and the key. */
export class HaltwireNoLeaseError extends HaltwireError {
  constructor(message: string, options?: ErrorOptions) {
    super('HALTWIRE_NO_LEASE', message, options);
    mark(this, 'HaltwireNoLeaseError');
  }

  static override isInstance(error: unknown): error is HaltwireNoLeaseError {
    return isMarked(error, 'HaltwireNoLeaseError');
  }
}

/** The collector did not take the intent, so it could not be judged. Cure: check that the collector runs and answers. */
export class HaltwireUnreachableError extends HaltwireError {
  constructor(message: string, options?: ErrorOptions) {
    super('HALTWIRE_UNREACHABLE', message, options);
    mark(this, 'HaltwireUnreachableError');
  }

  static override isInstance(error: unknown): error is HaltwireUnreachableError {
    return isMarked(error, 'HaltwireUnreachableError');
  }
}

/** The intent was taken, but no valid verdict came in time. Cure: check the detector; raise `gateTimeoutMs` if it is slow. */
export class HaltwireTimeoutError extends HaltwireError {
  constructor(message: string) {
    super('HALTWIRE_TIMEOUT', message);
    mark(this, 'HaltwireTimeoutError');
  }

  static override isInstance(error: unknown): error is HaltwireTimeoutError {
    return isMarked(error, 'HaltwireTimeoutError');
  }
}

/** The caller's own signal aborted while the call waited. */
export class HaltwireAbortedError extends HaltwireError {
  constructor(message: string, options?: ErrorOptions) {
    super('HALTWIRE_ABORTED', message, options);
    mark(this, 'HaltwireAbortedError');
  }

  static override isInstance(error: unknown): error is HaltwireAbortedError {
    return isMarked(error, 'HaltwireAbortedError');
  }
}

/** What would run is not what was judged. Never expected: something in the process changed the call. */
export class HaltwireDigestMismatchError extends HaltwireError {
  constructor(message: string) {
    super('HALTWIRE_DIGEST_MISMATCH', message);
    mark(this, 'HaltwireDigestMismatchError');
  }

  static override isInstance(error: unknown): error is HaltwireDigestMismatchError {
    return isMarked(error, 'HaltwireDigestMismatchError');
  }
}

/** An allow was not used within its deadline, e.g. because the process was paused. Cure: make the call again. */
export class HaltwireLateVerdictError extends HaltwireError {
  constructor(message: string) {
    super('HALTWIRE_LATE_VERDICT', message);
    mark(this, 'HaltwireLateVerdictError');
  }

  static override isInstance(error: unknown): error is HaltwireLateVerdictError {
    return isMarked(error, 'HaltwireLateVerdictError');
  }
}

/** The session was ended with `end()` or `close()`. Cure: open a new session. */
export class HaltwireSessionEndedError extends HaltwireError {
  constructor(message: string) {
    super('HALTWIRE_SESSION_ENDED', message);
    mark(this, 'HaltwireSessionEndedError');
  }

  static override isInstance(error: unknown): error is HaltwireSessionEndedError {
    return isMarked(error, 'HaltwireSessionEndedError');
  }
}
