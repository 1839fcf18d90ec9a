import { resolve } from 'node:path';
import { isReadOnlyCall } from '@haltwire/schemas/read-only';
import { targetsOf } from '../call/call-targets.ts';
import { describedTool } from '../call/described-tool.ts';
import { digestOf, type PreparedCall, prepareCall } from '../call/prepare.ts';
import { routeOf } from '../call/route.ts';
import { CallSpan } from '../call/span.ts';
import { readId, readToolOptions } from '../config.ts';
import { CHANNEL, publish } from '../diagnostics.ts';
import { type HaltwireError, HaltwireNoLeaseError, HaltwireUnreachableError } from '../errors.ts';
import type { Gate } from '../gateway/gate.ts';
import type { Verdict } from '../gateway/messages.ts';
import type { ResolvedTarget } from '../resolve/types.ts';
import { type Script, ScriptMemory, scriptOf } from '../scripts/script-memory.ts';
import type { ExecuteContext, HoldNotice, SessionOptions, ToolOptions } from '../types.ts';
import { WARNING } from '../warnings.ts';
import { callBack } from './call-back.ts';
import { CallRecord } from './call-record.ts';
import type { SessionEnvironment } from './environment.ts';
import { News } from './news.ts';
import { faultOfAllow, type Judgement } from './pending-verdict.ts';
import type { Recorder } from './recorder.ts';
import {
  abortedError,
  type Circumstances,
  lockedError,
  noLeaseError,
  timeoutError,
  unreachableError,
} from './refusals.ts';
import { RunningCall } from './running-call.ts';
import type { VerdictDesk } from './verdict-desk.ts';

/** What the calls need of their session. */
export interface CallHost {
  readonly sessionId: string;
  /** Part of every digest: no verdict of another session fits. */
  readonly nonce: string;
  /** Prefix of the calls' ids. */
  readonly producer: string;
  readonly agentName: string | undefined;
  readonly options: SessionOptions;
  readonly shared: SessionEnvironment;
  readonly recorder: Recorder;
  readonly gate: Gate;
  readonly desk: VerdictDesk;
  /** Why nothing may be asked of the session any more. */
  unusable(): HaltwireError | undefined;
  circumstances(): Circumstances;
}

/** The way of every call: prepared, decided here or asked about, checked once more, run, recorded. */
export class GatedCalls {
  readonly #host: CallHost;
  readonly #running = new Set<RunningCall>();
  readonly #news: News;
  readonly #written = new ScriptMemory();
  #count = 0;

  constructor(host: CallHost) {
    this.#host = host;
    this.#news = new News(host.shared.runtime.now);
  }

  /** The calls that are running now. */
  get running(): readonly RunningCall[] {
    return [...this.#running];
  }

  /** Gates one call, then runs it; `Session.tool` says how. */
  async make<A, R>(
    name: string,
    args: A,
    execute: (args: Readonly<A>, context: ExecuteContext) => R | PromiseLike<R>,
    options: ToolOptions,
  ): Promise<R> {
    const { shared, gate } = this.#host;
    readId(name, 'the name of the tool');
    const { signal } = readToolOptions(options);
    const unusable = this.#host.unusable();
    if (unusable !== undefined) throw unusable;
    if (signal?.aborted) throw abortedError(name, signal);
    const cwd = options.cwd ?? this.#host.options.cwd ?? process.cwd();
    const call = prepareCall(name, args, {
      callId: this.#nextCallId(),
      sessionNonce: this.#host.nonce,
      cwd,
      env: this.#host.options.env ?? process.env,
      redactor: shared.redactor,
      scriptsOf: (frozen) => this.#scriptsOf(frozen, cwd, options.files),
    });
    if (this.#news.stale) {
      await this.#news.hear();
      const since = this.#host.unusable();
      if (since !== undefined) throw since;
      if (signal?.aborted) throw abortedError(name, signal);
    }
    // A call that carries a credential is never decided here, even if it only reads: whose credential is it?
    const readOnly =
      call.credentials.length === 0 &&
      isReadOnlyCall({ tool: name, arguments: call.arguments, cwd: call.cwd, readOnlyTools: gate.readOnlyTools });
    const route = routeOf({
      posture: gate.posture,
      leaseLive: gate.isLeased,
      readOnly,
      readOnlyFailMode: shared.config.readOnlyFailMode,
    });
    const record = this.#recordOf(call, options);
    if (route === 'refuse') {
      record.asked();
      const locked = lockedError(name);
      record.abandoned(locked);
      throw locked;
    }
    if (route !== 'ask') {
      record.decidedHere(true, route === 'leased' ? gate.leaseRef : undefined);
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

  #nextCallId(): string {
    this.#count += 1;
    return `${this.#host.producer}_${this.#count}`;
  }

  /** Opens the span and the record of a call. */
  #recordOf(call: PreparedCall, options: ToolOptions): CallRecord {
    const { type, description: raw } = options;
    const { sessionId, agentName, recorder, shared } = this.#host;
    const { redactor, tracer } = shared;
    const description = raw === undefined ? undefined : redactor.text(raw).value.slice(0, 1000);
    const span = new CallSpan(tracer, { call, type, description, sessionId, agentName });
    const { parameters, destructive } = describedTool(options, redactor);
    return new CallRecord({ recorder, redactor, call, span, type, description, parameters, destructive });
  }

  /** What the harness shows, and what the session wrote and the call names. */
  #scriptsOf(args: unknown, cwd: string, files: ToolOptions['files'] = {}): Script[] {
    const given = Object.entries(files).map(([path, text]) => ({
      ...scriptOf(resolve(cwd, path), text),
      given: true,
    }));
    const paths = new Set(given.map(({ path }) => path));
    return [...given, ...this.#written.namedBy(args).filter(({ path }) => !paths.has(path))];
  }

  /** Looked for only when somebody waits anyway: a plain read under a lease never pays for it. */
  #targetsOf({ tool, redactedArguments, cwd }: PreparedCall): ResolvedTarget[] {
    const { shared, options, sessionId } = this.#host;
    const env = options.env ?? process.env;
    return targetsOf(() => ({ tool, arguments: JSON.parse(redactedArguments) as unknown, cwd, env }), {
      resolveTargets: shared.config.resolveTargets,
      redactor: shared.redactor,
      onError: (error) =>
        shared.warn(
          WARNING.callbackFailed,
          `resolveTargets of session ${sessionId} threw ${error instanceof Error ? error.name : typeof error}`,
        ),
    });
  }

  /** Sends the intent and waits for its verdict. */
  async #ask(call: PreparedCall, record: CallRecord, options: ToolOptions): Promise<Judgement> {
    const { shared, gate, desk, recorder } = this.#host;
    const { signal } = options;
    const seq = record.asked(this.#targetsOf(call));
    if (seq === undefined) {
      const message = `${call.tool} was refused: maxUnsentEvents is used up; check that the collector runs`;
      return { allowed: false, error: new HaltwireUnreachableError(message) };
    }
    const pending = desk.open(call.callId, {
      tool: call.tool,
      digest: call.digest,
      seq,
      timeoutMs: shared.config.gateTimeoutMs,
      now: shared.runtime.now,
      isLeased: () => gate.isLeased,
      timedOut: (facts) => this.#timedOut(call.tool, facts),
      judged: () => recorder.proven(seq),
      held: (verdict) => this.#held(call, verdict, options.onHold),
    });
    if (shared.link.refusal !== undefined) pending.fail(shared.link.refusal);
    const onAbort = (): void => pending.fail(abortedError(call.tool, signal));
    signal?.addEventListener('abort', onAbort, { once: true });
    const judgement = await pending.judgement;
    signal?.removeEventListener('abort', onAbort);
    desk.close(call.callId);
    return judgement;
  }

  /** Why an allow must not be used after all. Whatever came after it, in whatever order, counts for more. */
  #faultOf(
    allow: Extract<Judgement, { allowed: true }>,
    call: PreparedCall,
    signal: AbortSignal | undefined,
  ): HaltwireError | undefined {
    const { shared, gate, nonce } = this.#host;
    const unusable = this.#host.unusable();
    if (unusable !== undefined) return unusable;
    if (signal?.aborted) return abortedError(call.tool, signal);
    if (gate.posture === 'locked') return lockedError(call.tool);
    return faultOfAllow({
      tool: call.tool,
      verdict: allow.verdict,
      arrivedAt: allow.arrivedAt,
      now: shared.runtime.now(),
      digest: digestOf({ ...call, scripts: this.#written.now(call.arguments, call.scripts) }, nonce),
      isCurrent: gate.isCurrent(allow.verdict),
    });
  }

  /** Whether a call may run though nobody could be asked. */
  #mayGoOnWithout(fault: HaltwireError, call: PreparedCall, readOnly: boolean): boolean {
    const { shared, gate, sessionId } = this.#host;
    const unreachable = HaltwireNoLeaseError.isInstance(fault) || HaltwireUnreachableError.isInstance(fault);
    if (!unreachable || this.#host.unusable() !== undefined || gate.posture === 'locked') return false;
    if (readOnly && shared.config.readOnlyFailMode === 'open') return true;
    if (!shared.config.allowRiskyWhenUnreachable) return false;
    const message = `${call.tool} (call ${call.callId}, session ${sessionId}) runs without a verdict: ${fault.message}`;
    shared.warn(WARNING.riskyCallWithoutVerdict, message);
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
        this.#written.ran(call.arguments, call.cwd, outcome.ok);
        record.result(outcome);
      },
    );
  }

  /** The gateway was just heard: nothing waits unread. */
  heard(): void {
    this.#news.heard();
  }

  /** Takes a verdict to the call that waits for it. */
  judged(verdict: Verdict): void {
    this.heard();
    const { sessionId, desk } = this.#host;
    const { callId, decision, decisionId } = verdict;
    if (desk.take(verdict)) publish(CHANNEL.verdictReceived, () => ({ sessionId, callId, decision, decisionId }));
    else publish(CHANNEL.messageIgnored, () => ({ sessionId, type: 'verdict', reason: 'nobody waits for it' }));
  }

  #held(call: PreparedCall, verdict: Verdict, onHold: ToolOptions['onHold']): void {
    const { shared, sessionId, options } = this.#host;
    const { holdId, decisionId, reason, deadlineMs } = verdict;
    const notice: HoldNotice = { holdId, decisionId, callId: call.callId, tool: call.tool, reason, deadlineMs };
    for (const callback of [onHold, options.onHold])
      callBack({ warn: shared.warn, sessionId }, 'onHold', callback, notice);
  }

  #timedOut(tool: string, facts: { acknowledged: boolean; strangers: number }): HaltwireError {
    const about = this.#host.circumstances();
    if (!this.#host.gate.isLeased) return noLeaseError(about, tool);
    return facts.acknowledged ? timeoutError(about, tool, facts.strangers) : unreachableError(about, tool);
  }
}
