import {
  HaltwireDeniedError,
  HaltwireDigestMismatchError,
  type HaltwireError,
  HaltwireHeldError,
  HaltwireLateVerdictError,
} from '../errors.ts';
import type { Verdict } from '../gateway/messages.ts';

/** How the wait ended. `arrivedAt` is on the monotonic clock. */
export type Judgement =
  | { readonly allowed: true; readonly verdict: Verdict; readonly arrivedAt: number }
  | { readonly allowed: false; readonly error: HaltwireError };

/** Options of `PendingVerdict`. */
export interface PendingOptions {
  readonly tool: string;
  readonly digest: string;
  /** Number of the intent in the session's stream. */
  readonly seq: number;
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly isLeased: () => boolean;
  /** What is to be said when the time is up. */
  readonly timedOut: (facts: { acknowledged: boolean; strangers: number }) => HaltwireError;
  /** Called with each verdict on this very call: its intent is in the log. */
  readonly judged: () => void;
  /** Called once per hold. */
  readonly held: (verdict: Verdict) => void;
}

/** One call that waits: for its verdict, and for the lease under which it may use an allow. */
export class PendingVerdict {
  readonly judgement: Promise<Judgement>;
  readonly #options: PendingOptions;
  readonly #settle: (judgement: Judgement) => void;
  #timer: NodeJS.Timeout;
  #acknowledged = false;
  #strangers = 0;
  #allow: { verdict: Verdict; arrivedAt: number } | undefined;
  #holdId: string | undefined;
  #held = false;
  #heldReason = '';

  constructor(options: PendingOptions) {
    this.#options = options;
    let resolve: (judgement: Judgement) => void = () => {};
    this.judgement = new Promise((settle) => {
      resolve = settle;
    });
    this.#settle = (judgement) => {
      clearTimeout(this.#timer);
      resolve(judgement);
    };
    // Not unref'd: a process that waits for a verdict is not finished.
    this.#timer = setTimeout(() => this.#timedOut(), options.timeoutMs);
  }

  get seq(): number {
    return this.#options.seq;
  }

  /** Takes a verdict for this call that is not out of date. */
  take(verdict: Verdict): void {
    if (verdict.digest !== this.#options.digest) {
      this.#strangers += 1;
      return;
    }
    this.#options.judged();
    const { tool } = this.#options;
    if (verdict.decision === 'deny') {
      const { decisionId, reason } = verdict;
      // A hold that nobody answered, or that a person refused, ends as a denial: the reason tells which.
      this.fail(
        new HaltwireDeniedError(`${tool} was denied: ${reason} (decision ${decisionId})`, { decisionId, reason }),
      );
    } else if (verdict.decision === 'hold') {
      this.#hold(verdict);
    } else {
      this.#allow = { verdict, arrivedAt: this.#options.now() };
      if (this.#options.isLeased()) this.#settle({ allowed: true, ...this.#allow });
      else this.#restart(verdict.deadlineMs);
    }
  }

  /** The session holds a lease now. */
  leased(): void {
    if (this.#allow !== undefined) this.#settle({ allowed: true, ...this.#allow });
  }

  acknowledged(lastSeq: number): void {
    if (lastSeq >= this.#options.seq) this.#acknowledged = true;
  }

  /** Ends the wait: killed, aborted, refused. */
  fail(error: HaltwireError): void {
    this.#settle({ allowed: false, error });
  }

  #hold(verdict: Verdict): void {
    this.#restart(verdict.deadlineMs);
    // After a reconnect the gateway repeats an open hold: the caller was told already.
    if (this.#held && this.#holdId === verdict.holdId) return;
    this.#held = true;
    this.#holdId = verdict.holdId;
    this.#heldReason = verdict.reason;
    this.#options.held(verdict);
  }

  #restart(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#timedOut(), Math.min(delayMs, 0x7fff_ffff));
  }

  #timedOut(): void {
    const { tool } = this.#options;
    if (this.#allow === undefined && this.#held) {
      const message = `nobody answered hold ${this.#holdId ?? ''} for ${tool} in time: ${this.#heldReason}`;
      this.fail(new HaltwireHeldError(message, { holdId: this.#holdId, reason: this.#heldReason }));
      return;
    }
    this.fail(this.#options.timedOut({ acknowledged: this.#acknowledged, strangers: this.#strangers }));
  }
}

/** Why an allow must not be used any more, in the very moment before its use; undefined when it may. Pure. */
export function faultOfAllow(facts: {
  tool: string;
  verdict: Verdict;
  /** When the allow arrived, and the present, both on the monotonic clock. */
  arrivedAt: number;
  now: number;
  /** Computed afresh from what would run. */
  digest: string;
  /** No newer owner of the session has been heard of since. */
  isCurrent: boolean;
}): HaltwireError | undefined {
  const { tool, verdict } = facts;
  if (facts.digest !== verdict.digest) {
    return new HaltwireDigestMismatchError(
      `${tool} is not the call any more that decision ${verdict.decisionId} allowed`,
    );
  }
  const late = facts.now - facts.arrivedAt - verdict.deadlineMs;
  if (late > 0) {
    const by = late.toFixed(1);
    return new HaltwireLateVerdictError(`the allow for ${tool} was ${by} ms too old to be used; make the call again`);
  }
  if (facts.isCurrent) return undefined;
  return new HaltwireLateVerdictError(
    `the allow for ${tool} is from an older owner of the session; make the call again`,
  );
}
