import type { HaltwireError } from '../errors.ts';
import type { Verdict } from '../gateway/messages.ts';
import { type PendingOptions, PendingVerdict } from './pending-verdict.ts';

/** All calls of one session that wait for their verdicts. */
export class VerdictDesk {
  readonly #waiting = new Map<string, PendingVerdict>();

  /** Opens a wait. The caller closes it when the wait is over. */
  open(callId: string, options: PendingOptions): PendingVerdict {
    const pending = new PendingVerdict(options);
    this.#waiting.set(callId, pending);
    return pending;
  }

  close(callId: string): void {
    this.#waiting.delete(callId);
  }

  /** False when nobody waits for it. */
  take(verdict: Verdict): boolean {
    const pending = this.#waiting.get(verdict.callId);
    pending?.take(verdict);
    return pending !== undefined;
  }

  /** The session holds a lease now. */
  leased(): void {
    for (const pending of this.#waiting.values()) pending.leased();
  }

  /** Events up to this number are durable. */
  acknowledged(lastSeq: number): void {
    for (const pending of this.#waiting.values()) pending.acknowledged(lastSeq);
  }

  /** Ends all waits, or only those of intents with numbers in a range. */
  fail(error: HaltwireError, from = 0, to = Number.POSITIVE_INFINITY): void {
    for (const pending of this.#waiting.values()) if (pending.seq >= from && pending.seq <= to) pending.fail(error);
  }
}
