import type { Tracer } from '@opentelemetry/api';
import type { ResolvedTarget, TargetQuery } from './resolve/types.ts';

/** How closely a session is watched. `unknown` until the gateway has said so. */
export type Posture = 'unknown' | 'normal' | 'elevated' | 'locked';

/** What a session may do, as its harness says. */
export type SessionMode = 'normal' | 'plan' | 'read-only' | 'freeze' | 'stop';

/** Something that an operator should know and that stops nothing. */
export interface HaltwireWarning {
  /** `HALTWIRE_W001` and so on; never reused. */
  readonly code: string;
  readonly message: string;
}

/** A call that waits for a person. */
export interface HoldNotice {
  readonly holdId: string | undefined;
  readonly decisionId: string;
  readonly callId: string;
  readonly tool: string;
  /** Why a person is asked. */
  readonly reason: string;
  /** The call is refused when nobody answers within this many ms from now. */
  readonly deadlineMs: number;
}

/** A kill of the whole session. */
export interface KillNotice {
  readonly killId: string;
  readonly reason: string;
}

/** Options of `createHaltwire`. */
export interface HaltwireOptions {
  /** The agent's key. Default: environment variable `HALTWIRE_KEY`. */
  readonly key?: string | undefined;
  /** Base URL of the collector. Default: `HALTWIRE_ENDPOINT`, else `http://127.0.0.1:4318`. */
  readonly endpoint?: string | undefined;
  /** Base URL of the gateway. Default: `endpoint`. */
  readonly gatewayEndpoint?: string | undefined;
  /** HMAC key of secret fingerprints; the same in the whole deployment. Default: `HALTWIRE_FINGERPRINT_KEY`, else `haltwire`. */
  readonly fingerprintKey?: string | undefined;
  /** How long a risky call waits for a verdict before it is refused, ms. Default 10000. */
  readonly gateTimeoutMs?: number | undefined;
  readonly failMode?:
    | {
        /** What plainly read-only calls do without a live lease: `open` = go on, `closed` = wait and be refused. Default `open`. */
        readonly readOnly?: 'open' | 'closed' | undefined;
      }
    | undefined;
  /**
   * DANGEROUS. Lets risky calls run when no verdict can be had: whoever can cut the network can then do anything.
   * Every such call is warned about (HALTWIRE_W001). Default false.
   */
  readonly dangerouslyAllowRiskyWhenUnreachable?: boolean | undefined;
  /** Most events kept while the collector cannot be reached; newer ones are dropped and counted. Default 10000. */
  readonly maxUnsentEvents?: number | undefined;
  /** Longest wait before events that nobody waits for are sent, ms. Default 100. */
  readonly flushIntervalMs?: number | undefined;
  /**
   * Says which systems a call would act on where its text leaves that out; `ambientTargets()` of `@haltwire/sdk/resolve`
   * reads it from the surroundings. Asked only about calls that wait for a verdict. Its word can raise a call's tier, never
   * lower it; what it throws becomes a warning. Default: none.
   */
  readonly resolveTargets?: ((query: TargetQuery) => readonly ResolvedTarget[]) | undefined;
  /** Tracer for one span per call. Default: the global provider's tracer `@haltwire/sdk`. */
  readonly tracer?: Tracer | undefined;
  /** Takes warnings. Default: `process.emitWarning`. */
  readonly onWarning?: ((warning: HaltwireWarning) => void) | undefined;
}

/** Options of `haltwire.session`. */
export interface SessionOptions {
  /**
   * Who acts: a display name, or an object. An `id` is a claim: if the key does not authenticate that very agent, it is
   * evidence against the session.
   */
  readonly agent:
    | string
    | { readonly name?: string | undefined; readonly id?: string | undefined; readonly version?: string | undefined };
  /** What it was asked to do: text, or an object. Only a `token` signed by an operator proves anything. */
  readonly task?:
    | string
    | { readonly id?: string | undefined; readonly text?: string | undefined; readonly token?: string | undefined }
    | undefined;
  /** Default: a random id. */
  readonly sessionId?: string | undefined;
  /** Where it is meant to work, e.g. `staging`: a claim. */
  readonly environment?: string | undefined;
  /** Default for the calls' working directory. Default: the process's own. */
  readonly cwd?: string | undefined;
  /** Environment that `$NAME` in a call's arguments refers to. Only fingerprints of secrets leave it. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Called once per hold. An error that it throws becomes a warning. */
  readonly onHold?: ((hold: HoldNotice) => void) | undefined;
  /** Called once per kill. An error that it throws becomes a warning. */
  readonly onKill?: ((kill: KillNotice) => void) | undefined;
}

/** Options of `session.tool`. */
export interface ToolOptions {
  /** Gives up the wait, and aborts the running call's signal. */
  readonly signal?: AbortSignal | undefined;
  /** Working directory of this call. Default: the session's. */
  readonly cwd?: string | undefined;
  /** Called when a person is asked about this call; the session's `onHold` is called too. */
  readonly onHold?: ((hold: HoldNotice) => void) | undefined;
  /** What the tool does, for people. */
  readonly description?: string | undefined;
  /** `function`, `extension` or `datastore`, after the GenAI conventions. */
  readonly type?: string | undefined;
}

/** What `execute` gets besides the arguments. */
export interface ExecuteContext {
  /** Aborts when the session is killed or the caller gives up: hand it to whatever does the work. */
  readonly signal: AbortSignal;
  readonly callId: string;
}

/** One run of one agent. */
export interface Session {
  readonly sessionId: string;
  /** Aborts when the session is killed. After a release it is a new one. */
  readonly signal: AbortSignal;
  readonly posture: Posture;
  /** Resolves once the gateway has granted a lease; rejects when it has not within `gateTimeoutMs`. */
  ready(): Promise<void>;
  /**
   * Gates one tool call, runs it when it may run, and returns what `execute` returned.
   *
   * The arguments are copied and frozen first: `execute` gets exactly what was judged. Its errors are rethrown as they are.
   *
   * @throws HaltwireDeniedError, HaltwireHeldError, HaltwireKilledError, HaltwireNoLeaseError, HaltwireUnreachableError,
   * HaltwireTimeoutError, HaltwireAbortedError, HaltwireLateVerdictError, HaltwireDigestMismatchError,
   * HaltwireSessionEndedError; HaltwireError `HALTWIRE_BAD_REQUEST` for arguments that JSON cannot carry,
   * `HALTWIRE_TOO_LARGE` for too many of them.
   * @example
   * const listing = await session.tool('shell', { command: 'ls' }, ({ command }, { signal }) => run(command, signal));
   */
  tool<A, R>(
    name: string,
    args: A,
    execute: (args: Readonly<A>, context: ExecuteContext) => R | PromiseLike<R>,
    options?: ToolOptions,
  ): Promise<R>;
  /**
   * Says what the session may do from now on, as the harness knows it: `plan` and `read-only` = look, change nothing;
   * `freeze` = no changes; `stop` = the user said stop; `normal` takes it back. Calls asked for later are held to it.
   *
   * @throws HaltwireError `HALTWIRE_CONFIG` for another word.
   * @example
   * session.setMode('plan');
   */
  setMode(mode: SessionMode): void;
  /** Ends the session: refuses what waits, lets what runs finish, delivers what is unsent, within `gateTimeoutMs` each. */
  end(): Promise<void>;
}

/** A connection of one agent's process to Haltwire. */
export interface Haltwire {
  /**
   * Opens a session. Returns at once; use `ready()` to wait for the lease.
   *
   * @throws HaltwireError `HALTWIRE_CONFIG` for a wrong or unknown option, `HALTWIRE_CONFLICT` when this process has the
   * session open already.
   */
  session(options: SessionOptions): Session;
  /** Ends all sessions and closes the connections. */
  close(): Promise<void>;
}
