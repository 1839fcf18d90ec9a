import { randomBytes } from 'node:crypto';
import { EVENT } from '@haltwire/schemas/attributes';
import { isReadOnlyCall } from '@haltwire/schemas/read-only';
import type { Redactor } from '@haltwire/schemas/redact';
import type { Tracer } from '@opentelemetry/api';
import { digestOf, type PreparedCall, prepareCall } from '../call/prepare.ts';
import { routeOf } from '../call/route.ts';
import { CallSpan } from '../call/span.ts';
import type { Runtime } from '../clock.ts';
import { type Config, readId, readToolOptions, type SessionConfig } from '../config.ts';
import { CHANNEL, publish } from '../diagnostics.ts';
import {
  type HaltwireError,
  HaltwireKilledError,
  HaltwireNoLeaseError,
  HaltwireSessionEndedError,
  HaltwireUnreachableError,
} from '../errors.ts';
import { Gate } from '../gateway/gate.ts';
import type { GatewayLink } from '../gateway/link.ts';
import type { Verdict } from '../gateway/messages.ts';
import type { Post } from '../otlp/post.ts';
import type {
  ExecuteContext,
  HoldNotice,
  KillNotice,
  Posture,
  Session,
  SessionOptions,
  ToolOptions,
} from '../types.ts';
import { WARNING, type Warn } from '../warnings.ts';
import { CallRecord } from './call-record.ts';
import { KillSwitch } from './kill-switch.ts';
import { faultOfAllow, type Judgement } from './pending-verdict.ts';
import { Readiness } from './readiness.ts';
import { Recorder } from './recorder.ts';
import {
  abortedError,
  type Circumstances,
  lockedError,
  noLeaseError,
  refusedIntentError,
  timeoutError,
  unreachableError,
} from './refusals.ts';
import { RunningCall } from './running-call.ts';
import { VerdictDesk } from './verdict-desk.ts';
import { within } from './within.ts';

/** What a session shares with the others of its process. */
export interface SessionEnvironment {
  readonly config: Config;
  readonly link: GatewayLink;
  readonly post: Post;
  readonly redactor: Redactor;
  readonly runtime: Runtime;
  readonly tracer: Tracer;
  readonly warn: Warn;
}

/** The one implementation of `Session`. */
export class GatedSession implements Session {
  readonly sessionId: string;
  readonly #shared: SessionEnvironment;
  readonly #options: SessionOptions;
  readonly #agentName: string | undefined;
  readonly #nonce = randomBytes(16).toString('hex');
  readonly #producer = `sdk_${randomBytes(8).toString('hex')}`;
  readonly #recorder: Recorder;
  readonly #gate: Gate;
  readonly #desk = new VerdictDesk();
  readonly #running = new Set<RunningCall>();
  readonly #killSwitch: KillSwitch;
  readonly #readiness = new Readiness();
  readonly #onEnded: () => void;
  #calls = 0;
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
    this.#agentName = about.agent.name;
    const { config, link, post, runtime, warn, redactor } = shared;
    const text = about.task.text;
    this.#recorder = new Recorder({
      sessionId,
      producer: this.#producer,
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
        verdict: (verdict) => this.#judged(verdict),
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
    this.#recorder.started(this.#nonce, options.cwd ?? process.cwd());
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

  async tool<A, R>(
    name: string,
    args: A,
    execute: (args: Readonly<A>, context: ExecuteContext) => R | PromiseLike<R>,
    options: ToolOptions = {},
  ): Promise<R> {
    readId(name, 'the name of the tool');
    const { signal } = readToolOptions(options);
    const unusable = this.#unusable;
    if (unusable !== undefined) throw unusable;
    if (signal?.aborted) throw abortedError(name, signal);
    const call = prepareCall(name, args, {
      callId: this.#nextCallId(),
      sessionNonce: this.#nonce,
      cwd: options.cwd ?? this.#options.cwd ?? process.cwd(),
      env: this.#options.env ?? process.env,
      redactor: this.#shared.redactor,
    });
    // A call that carries a credential is never decided here, even if it only reads: whose credential is it?
    const readOnly =
      call.credentials.length === 0 &&
      isReadOnlyCall({ tool: name, arguments: call.arguments, cwd: call.cwd, readOnlyTools: this.#gate.readOnlyTools });
    const route = routeOf({
      posture: this.#gate.posture,
      leaseLive: this.#gate.isLeased,
      readOnly,
      readOnlyFailMode: this.#shared.config.readOnlyFailMode,
    });
    const record = this.#recordOf(call, options);
    if (route === 'refuse') {
      record.asked();
      const locked = lockedError(name);
      record.abandoned(locked);
      throw locked;
    }
    if (route !== 'ask') {
      record.decidedHere(true, route === 'leased' ? this.#gate.leaseRef : undefined);
      return this.#run(call, record, execute, signal);
    }
    const judgement = await this.#ask(call, record, options);
    // From here to the execution nothing else can come between: no await.
    const fault = judgement.allowed ? this.#faultOf(judgement, call, signal) : judgement.error;
    if (fault === undefined) return this.#run(call, record, execute, signal);
    record.abandoned(fault);
    if (!this.#mayGoOnWithout(fault, call, readOnly)) throw fault;
    // A call of its own: what may still be decided about the one that was given up must not be taken for this one.
    const alone = { ...call, callId: this.#nextCallId() };
    const aloneRecord = this.#recordOf(alone, options);
    aloneRecord.decidedHere(readOnly, undefined);
    return this.#run(alone, aloneRecord, execute, signal);
  }

  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  #nextCallId(): string {
    this.#calls += 1;
    return `${this.#producer}_${this.#calls}`;
  }

  /** Opens the span and the record of a call. */
  #recordOf(call: PreparedCall, { type, description: raw }: ToolOptions): CallRecord {
    const { redactor, tracer } = this.#shared;
    const description = raw === undefined ? undefined : redactor.text(raw).value.slice(0, 1000);
    const { sessionId } = this;
    const span = new CallSpan(tracer, { call, type, description, sessionId, agentName: this.#agentName });
    return new CallRecord({ recorder: this.#recorder, redactor, call, span, type, description });
  }

  /** Sends the intent and waits for its verdict. */
  async #ask(call: PreparedCall, record: CallRecord, options: ToolOptions): Promise<Judgement> {
    const { signal } = options;
    const seq = record.asked();
    if (seq === undefined) {
      const message = `${call.tool} was refused: maxUnsentEvents is used up; check that the collector runs`;
      return { allowed: false, error: new HaltwireUnreachableError(message) };
    }
    const pending = this.#desk.open(call.callId, {
      tool: call.tool,
      digest: call.digest,
      seq,
      timeoutMs: this.#shared.config.gateTimeoutMs,
      now: this.#shared.runtime.now,
      isLeased: () => this.#gate.isLeased,
      timedOut: (facts) => this.#timedOut(call.tool, facts),
      held: (verdict) => this.#held(call, verdict, options.onHold),
    });
    if (this.#shared.link.refusal !== undefined) pending.fail(this.#shared.link.refusal);
    const onAbort = (): void => pending.fail(abortedError(call.tool, signal));
    signal?.addEventListener('abort', onAbort, { once: true });
    const judgement = await pending.judgement;
    signal?.removeEventListener('abort', onAbort);
    this.#desk.close(call.callId);
    return judgement;
  }

  /** Why an allow must not be used after all. Whatever came after it, in whatever order, counts for more. */
  #faultOf(
    allow: Extract<Judgement, { allowed: true }>,
    call: PreparedCall,
    signal: AbortSignal | undefined,
  ): HaltwireError | undefined {
    if (this.#unusable !== undefined) return this.#unusable;
    if (signal?.aborted) return abortedError(call.tool, signal);
    if (this.#gate.posture === 'locked') return lockedError(call.tool);
    return faultOfAllow({
      tool: call.tool,
      verdict: allow.verdict,
      arrivedAt: allow.arrivedAt,
      now: this.#shared.runtime.now(),
      digest: digestOf(call, this.#nonce),
      isCurrent: this.#gate.isCurrent(allow.verdict),
    });
  }

  /** Whether a call may run though nobody could be asked. */
  #mayGoOnWithout(fault: HaltwireError, call: PreparedCall, readOnly: boolean): boolean {
    const { config, warn } = this.#shared;
    const unreachable = HaltwireNoLeaseError.isInstance(fault) || HaltwireUnreachableError.isInstance(fault);
    if (!unreachable || this.#unusable !== undefined || this.#gate.posture === 'locked') return false;
    if (readOnly && config.readOnlyFailMode === 'open') return true;
    if (!config.allowRiskyWhenUnreachable) return false;
    const message = `${call.tool} (call ${call.callId}, session ${this.sessionId}) runs without a verdict: ${fault.message}`;
    warn(WARNING.riskyCallWithoutVerdict, message);
    return true;
  }

  #run<A, R>(
    call: PreparedCall<A>,
    record: CallRecord,
    execute: (args: Readonly<A>, context: ExecuteContext) => R | PromiseLike<R>,
    signal: AbortSignal | undefined,
  ): Promise<R> {
    const running = new RunningCall();
    const onAbort = (): void => running.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#running.add(running);
    record.started();
    return running.run(
      () => record.inSpan(() => execute(call.arguments, { signal: running.signal, callId: call.callId })),
      (outcome) => {
        signal?.removeEventListener('abort', onAbort);
        this.#running.delete(running);
        record.result(outcome);
      },
    );
  }

  #judged(verdict: Verdict): void {
    const { sessionId } = this;
    const { callId, decision, decisionId } = verdict;
    if (this.#desk.take(verdict)) publish(CHANNEL.verdictReceived, () => ({ sessionId, callId, decision, decisionId }));
    else publish(CHANNEL.messageIgnored, () => ({ sessionId, type: 'verdict', reason: 'nobody waits for it' }));
  }

  #held(call: PreparedCall, verdict: Verdict, onHold: ToolOptions['onHold']): void {
    const { holdId, decisionId, reason, deadlineMs } = verdict;
    const notice: HoldNotice = { holdId, decisionId, callId: call.callId, tool: call.tool, reason, deadlineMs };
    this.#callBack('onHold', onHold, notice);
    this.#callBack('onHold', this.#options.onHold, notice);
  }

  #killed(kill: KillNotice): void {
    const error = new HaltwireKilledError(kill);
    this.#desk.fail(error);
    this.#readiness.settle(error);
    this.#killSwitch.kill(kill.killId, error, [...this.#running]);
    this.#callBack('onKill', this.#options.onKill, kill);
  }

  #leased(): void {
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
    await within(config.gateTimeoutMs, () => Promise.all([...this.#running].map((running) => running.settled)));
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

  #timedOut(tool: string, facts: { acknowledged: boolean; strangers: number }): HaltwireError {
    const about = this.#circumstances();
    if (!this.#gate.isLeased) return noLeaseError(about, tool);
    return facts.acknowledged ? timeoutError(about, tool, facts.strangers) : unreachableError(about, tool);
  }

  #callBack<N>(name: string, callback: ((notice: N) => void) | undefined, notice: N): void {
    try {
      callback?.(notice);
    } catch (error) {
      const words = error instanceof Error ? error.name : typeof error;
      this.#shared.warn(WARNING.callbackFailed, `${name} of session ${this.sessionId} threw ${words}`);
    }
  }
}
