import type { HaltwireError } from '../errors.ts';
import type { RunningCall } from './running-call.ts';
import { within } from './within.ts';

/** How long a running execution has to settle after its signal aborted, before the sdk says that it does not know. */
const GRACE_MS = 1000;

/** What became of what was running: nothing ran, all of it settled after the abort, or some of it has not. */
export type InFlight = 'none' | 'aborted' | 'unknown';

/** What a kill switch needs of its session. Nothing of it may throw. */
export interface KillSwitchHost {
  /** Brings what is unsent to the log, within `signal`. */
  deliver(signal: AbortSignal): Promise<void>;
  acknowledge(killId: string, inFlight: InFlight): void;
}

/** Stops everything of a session at once, and says truthfully what became of it. */
export class KillSwitch {
  readonly #host: KillSwitchHost;
  #controller = new AbortController();
  #told: { killId: string; inFlight: InFlight } | undefined;

  constructor(host: KillSwitchHost) {
    this.#host = host;
  }

  /** Aborts at a kill. After a release it is a new one. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  kill(killId: string, error: HaltwireError, running: readonly RunningCall[]): void {
    for (const call of running) call.kill(error);
    this.#controller.abort(error);
    void this.#settle(killId, running);
  }

  /** The gateway has not heard the acknowledgement. While the running calls still have their time, it comes by itself. */
  repeat(killId: string): void {
    if (this.#told?.killId === killId) this.#host.acknowledge(killId, this.#told.inFlight);
  }

  release(): void {
    if (this.#controller.signal.aborted) this.#controller = new AbortController();
  }

  async #settle(killId: string, running: readonly RunningCall[]): Promise<void> {
    let left = running.length;
    if (left > 0) {
      await within(GRACE_MS, () => Promise.all(running.map((call) => call.settled.then(() => (left -= 1)))));
    }
    const inFlight = running.length === 0 ? 'none' : left === 0 ? 'aborted' : 'unknown';
    // What was refused is recorded in the microtasks that follow the kill.
    await new Promise((resolve) => setImmediate(resolve));
    // The log must hold what began before the kill before it holds the acknowledgement: else it would look like defiance.
    await within(GRACE_MS, (signal) => this.#host.deliver(signal));
    this.#told = { killId, inFlight };
    this.#host.acknowledge(killId, inFlight);
  }
}
