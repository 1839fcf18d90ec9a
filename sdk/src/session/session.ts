import { randomBytes } from 'node:crypto';
import { EVENT } from '@haltwire/schemas/attributes';
import { readMode, type SessionConfig } from '../config.ts';
import { type HaltwireError, HaltwireKilledError, HaltwireSessionEndedError } from '../errors.ts';
import { Gate } from '../gateway/gate.ts';
import type {
  ExecuteContext,
  KillNotice,
  Posture,
  Session,
  SessionMode,
  SessionOptions,
  ToolOptions,
} from '../types.ts';
import { callBack } from './call-back.ts';
import type { SessionEnvironment } from './environment.ts';
import { GatedCalls } from './gated-calls.ts';
import { KillSwitch } from './kill-switch.ts';
import { Readiness } from './readiness.ts';
import { Recorder } from './recorder.ts';
import { type Circumstances, noLeaseError, refusedIntentError } from './refusals.ts';
import { VerdictDesk } from './verdict-desk.ts';
import { within } from './within.ts';

/** The one implementation of `Session`. */
export class GatedSession implements Session {
  readonly sessionId: string;
  readonly #shared: SessionEnvironment;
  readonly #options: SessionOptions;
  readonly #recorder: Recorder;
  readonly #gate: Gate;
  readonly #desk = new VerdictDesk();
  readonly #calls: GatedCalls;
  readonly #killSwitch: KillSwitch;
  readonly #readiness = new Readiness();
  readonly #onEnded: () => void;
  #ended: Promise<void> | undefined;

  constructor(
    sessionId: string,
    options: SessionOptions,
    about: SessionConfig,
    shared: SessionEnvironment,
    onEnded: () => void,
  ) {
    this.#onEnded = onEnded;
    this.sessionId = sessionId;
    this.#shared = shared;
    this.#options = options;
    const nonce = randomBytes(16).toString('hex');
    const producer = `sdk_${randomBytes(8).toString('hex')}`;
    const { config, link, post, runtime, warn, redactor } = shared;
    const text = about.task.text;
    this.#recorder = new Recorder({
      sessionId,
      producer,
      session: text === undefined ? about : { ...about, task: { ...about.task, text: redactor.text(text).value } },
      maxUnsentEvents: config.maxUnsentEvents,
      flushIntervalMs: config.flushIntervalMs,
      post,
      runtime,
      warn,
      events: {
        acknowledged: (lastSeq) => this.#desk.acknowledged(lastSeq),
        refused: (batch, message) => this.#desk.fail(refusedIntentError(message), batch.firstSeq, batch.lastSeq),
      },
    });
    this.#gate = new Gate({
      sessionId,
      link,
      runtime,
      events: {
        verdict: (verdict) => this.#calls.judged(verdict),
        killed: (kill) => this.#killed(kill),
        killRepeated: (kill) => this.#killSwitch.repeat(kill.killId),
        released: () => this.#killSwitch.release(),
        leased: () => this.#leased(),
        connected: () => this.#recorder.retryNow(),
        refused: (error) => this.#refused(error),
      },
    });
    this.#killSwitch = new KillSwitch({
      deliver: (signal) => this.#recorder.drain(signal),
      acknowledge: (killId, inFlight) => this.#gate.acknowledgeKill(killId, inFlight),
    });
    this.#calls = new GatedCalls({
      sessionId,
      nonce,
      producer,
      agentName: about.agent.name,
      options,
      shared,
      recorder: this.#recorder,
      gate: this.#gate,
      desk: this.#desk,
      unusable: () => this.#unusable,
      circumstances: () => this.#circumstances(),
    });
    this.#recorder.started(nonce, options.cwd ?? process.cwd());
    this.#gate.start();
  }

  get signal(): AbortSignal {
    return this.#killSwitch.signal;
  }

  get posture(): Posture {
    return this.#gate.posture;
  }

  /** Number of events that are not durable yet. */
  get unsent(): number {
    return this.#recorder.unsent;
  }

  async ready(): Promise<void> {
    const unusable = this.#unusable;
    if (unusable !== undefined) throw unusable;
    if (this.#gate.isLeased) return;
    const { link, config } = this.#shared;
    if (link.refusal !== undefined) throw link.refusal;
    await this.#readiness.wait(config.gateTimeoutMs, () => noLeaseError(this.#circumstances()));
  }

  tool<A, R>(
    name: string,
    args: A,
    execute: (args: Readonly<A>, context: ExecuteContext) => R | PromiseLike<R>,
    options: ToolOptions = {},
  ): Promise<R> {
    return this.#calls.make(name, args, execute, options);
  }

  setMode(mode: SessionMode): void {
    this.#recorder.changed(readMode(mode));
  }

  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  #killed(kill: KillNotice): void {
    const error = new HaltwireKilledError(kill);
    this.#desk.fail(error);
    this.#readiness.settle(error);
    this.#killSwitch.kill(kill.killId, error, this.#calls.running);
    callBack({ warn: this.#shared.warn, sessionId: this.sessionId }, 'onKill', this.#options.onKill, kill);
  }

  #leased(): void {
    this.#calls.heard();
    this.#desk.leased();
    if (this.#gate.kill === undefined) this.#readiness.settle();
  }

  #refused(error: HaltwireError): void {
    this.#desk.fail(error);
    this.#readiness.settle(error);
  }

  async #end(): Promise<void> {
    const { config } = this.#shared;
    const error = new HaltwireSessionEndedError(`session ${this.sessionId} was ended`);
    this.#desk.fail(error);
    this.#readiness.settle(error);
    await within(config.gateTimeoutMs, () => Promise.all(this.#calls.running.map((running) => running.settled)));
    this.#recorder.record(EVENT.sessionEnded, { attributes: {} });
    await this.flush(config.gateTimeoutMs);
    this.#recorder.stop();
    this.#gate.stop();
    this.#onEnded();
  }

  /** Tries to deliver what is unsent. Resolves when it is, or after so many ms. Keeps the process alive meanwhile. */
  async flush(timeoutMs: number): Promise<void> {
    await within(timeoutMs, (signal) => this.#recorder.drain(signal));
  }

  /** Why nothing may be asked of this session any more. */
  get #unusable(): HaltwireError | undefined {
    if (this.#ended !== undefined)
      return new HaltwireSessionEndedError(`session ${this.sessionId} was ended; open a new one`);
    return this.#gate.kill === undefined ? undefined : new HaltwireKilledError(this.#gate.kill);
  }

  #circumstances(): Circumstances {
    const { config, link } = this.#shared;
    return {
      gateTimeoutMs: config.gateTimeoutMs,
      endpoint: config.endpoint,
      gatewayEndpoint: config.gatewayEndpoint,
      linkFailure: link.lastFailure,
      postFailure: this.#recorder.lastFailure,
      ignored: this.#gate.ignored,
    };
  }
}
