import type { AssignmentListener } from '@haltwire/schemas';

/**
 * What the listener has been told, and until when it is safe to believe it.
 *
 * The group gives our partitions to others when it has not heard of us for the session timeout; so what we hold is good
 * for that long after we *sent* what it answered, and not longer, however late we wake.
 */
export class Tenure {
  readonly #listener: AssignmentListener;
  readonly #sessionTimeoutMs: number;
  #told: readonly number[] | undefined;
  #assigned: readonly number[] = [];
  #provenAt = { ticks: Number.NEGATIVE_INFINITY, clock: 0 };

  constructor(listener: AssignmentListener, sessionTimeoutMs: number) {
    this.#listener = listener;
    this.#sessionTimeoutMs = sessionTimeoutMs;
  }

  /** What the group gave us last, whether or not we may still work on it. */
  get assigned(): readonly number[] {
    return this.#assigned;
  }

  get isProven(): boolean {
    // The steady clock may stand still while the machine sleeps; the other may be set back.
    const steady = performance.now() - this.#provenAt.ticks;
    return Math.max(steady, Date.now() - this.#provenAt.clock) <= this.#sessionTimeoutMs;
  }

  /** A moment that a later answer may prove. */
  static now(): { readonly ticks: number; readonly clock: number } {
    return { ticks: performance.now(), clock: Date.now() };
  }

  /** The group has answered what was sent then. */
  prove(sentAt: { readonly ticks: number; readonly clock: number }): void {
    if (sentAt.ticks > this.#provenAt.ticks) this.#provenAt = { ...sentAt };
    this.#tell(this.isProven ? this.#assigned : []);
  }

  /** A new assignment, by an answer to what was sent then. */
  assign(partitions: readonly number[], sentAt: { readonly ticks: number; readonly clock: number }): void {
    this.#assigned = partitions;
    this.prove(sentAt);
  }

  /** The group has gone on without us. */
  lose(): void {
    if (this.#told !== undefined) this.#tell([]);
  }

  /** True when there was something to put down. */
  lapse(): boolean {
    if (this.isProven || this.#told === undefined || this.#told.length === 0) return false;
    this.#tell([]);
    return true;
  }

  #tell(partitions: readonly number[]): void {
    const told = this.#told;
    if (told?.length === partitions.length && told.every((one, place) => one === partitions[place])) return;
    this.#told = [...partitions];
    this.#listener([...partitions]);
  }
}
