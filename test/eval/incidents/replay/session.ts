import type { OtlpLog } from '@haltwire/collector';
import {
  type CallEvent,
  type CredentialUse,
  callDigest,
  EVENT,
  GENAI,
  HALTWIRE,
  OTEL,
  type ResolvedTarget,
  type SessionEvent,
} from '@haltwire/schemas';
import { DEFAULT_CWD, type Front, type ToolCall } from '../../support/front.ts';

/** One call of a session, with how it ended. */
export interface SessionCall {
  readonly call: ToolCall;
  /** Seconds after the session's first call. */
  readonly at: number;
  readonly result: { readonly status: 'ok' | 'error'; readonly text?: string | undefined; readonly errorType?: string };
  /** What the harness says that the call takes from where it runs. */
  readonly ambient?: { readonly credentials?: CredentialUse[]; readonly targets?: ResolvedTarget[] } | undefined;
}

/** A call as the three records that an sdk sends of it. */
export interface CallRecords {
  readonly at: number;
  readonly intent: CallEvent;
  readonly started: CallEvent;
  readonly result: CallEvent;
}

/** A session as records, through the collector's front. The sender's numbers are given when they are fed. */
export interface SessionRecords {
  readonly started: SessionEvent;
  readonly calls: readonly CallRecords[];
}

/** Whose session it is. */
export interface Subject {
  readonly agentId: string;
  readonly sessionId: string;
  /** Begins the ids of the calls. */
  readonly prefix: string;
}

/** Makes the records of sessions. */
export class Recorder {
  readonly #front: Front;

  constructor(front: Front) {
    this.#front = front;
  }

  session(subject: Subject, task: string, calls: readonly SessionCall[]): SessionRecords {
    const text: [string, unknown][] = task === '' ? [] : [[HALTWIRE.taskText, task.slice(0, 4000)]];
    const started = this.#front.event(recordOf(subject, EVENT.sessionStarted, text), subject.agentId);
    if (started.type !== 'session') throw new Error('a session event became a call');
    return { started, calls: calls.map((call, at) => this.call(subject, call, at)) };
  }

  call(subject: Subject, { call, at, result, ambient }: SessionCall, place: number): CallRecords {
    const cwd = call.cwd ?? DEFAULT_CWD;
    const callId = `${subject.prefix}${place}`;
    const asked: [string, unknown][] = [
      [GENAI.toolCallId, callId],
      [GENAI.toolName, call.tool.slice(0, 200) || 'unknown'],
      [GENAI.toolCallArguments, JSON.stringify(call.arguments) ?? 'null'],
      [HALTWIRE.cwd, cwd],
      [HALTWIRE.digest, digestOf(call, cwd, ambient)],
      ...(ambient?.credentials === undefined ? [] : [[HALTWIRE.credentials, ambient.credentials] as [string, unknown]]),
      ...(ambient?.targets === undefined ? [] : [[HALTWIRE.targets, ambient.targets] as [string, unknown]]),
    ];
    const ended: [string, unknown][] = [
      [HALTWIRE.status, result.status],
      ...(result.errorType === undefined ? [] : [[OTEL.errorType, result.errorType] as [string, unknown]]),
      ...(result.text === undefined || result.text === ''
        ? []
        : [[GENAI.toolCallResult, result.text] as [string, unknown]]),
    ];
    const event = (name: string, more: [string, unknown][]): CallEvent => {
      const made = this.#front.event(recordOf(subject, name, more), subject.agentId);
      if (made.type !== 'call') throw new Error(`${name} became a session event`);
      return made;
    };
    return {
      at,
      intent: event(EVENT.intent, asked),
      started: event(EVENT.started, asked),
      result: event(EVENT.result, [...asked, ...ended]),
    };
  }
}

function digestOf(call: ToolCall, cwd: string, ambient: SessionCall['ambient']): string {
  return callDigest({
    sessionNonce: 'eval',
    tool: call.tool,
    arguments: call.arguments,
    cwd,
    targets: ambient?.targets,
    credentialFingerprints: ambient?.credentials?.map(({ fingerprint }) => fingerprint),
  });
}

function recordOf({ sessionId }: Subject, eventName: string, more: readonly [string, unknown][]): OtlpLog {
  const attributes = new Map<string, unknown>([
    [GENAI.conversationId, sessionId],
    [HALTWIRE.producer, 'eval'],
    [HALTWIRE.seq, 0],
    ...more,
  ]);
  const bytes = [...attributes.values()].reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? value.length : 16),
    0,
  );
  return {
    signal: 'logs',
    eventName,
    attributes,
    resource: new Map(),
    traceId: undefined,
    spanId: undefined,
    time: undefined,
    bytes,
  };
}
