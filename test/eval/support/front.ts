import { type Classifier, eventOf, limitsSchema, loadClassifier, normalise, type OtlpLog } from '@haltwire/collector';
import {
  type CallEvent,
  createRedactor,
  type Derived,
  EVENT,
  GENAI,
  HALTWIRE,
  type SessionEvent,
} from '@haltwire/schemas';

/** One tool call, as an agent would ask for it. */
export interface ToolCall {
  readonly tool: string;
  readonly arguments: unknown;
  /** Default `DEFAULT_CWD`: the sdk always sends one. */
  readonly cwd?: string | undefined;
}

/** The working directory of calls whose source tells none: a project of a developer. */
export const DEFAULT_CWD = '/home/dev/project';

/** What the collector makes of a call, and how long its parts took. */
export interface Reading {
  readonly derived: Derived;
  /** Classifier alone, microseconds. */
  readonly classifyUs: number;
  /** Normalise, redact and classify, microseconds. */
  readonly frontUs: number;
}

/** The collector's own way from a record to `derived`: normalise, redact, classify. */
export interface Front {
  read(call: ToolCall): Reading;
  /** The log's record of what an agent's sdk sent. Throws when the front refuses it. */
  event(record: OtlpLog, agentId: string): CallEvent | SessionEvent;
}

/** Opens the front. Loads the classifier's parsers. */
export async function openFront(): Promise<Front> {
  const inner = await loadClassifier();
  const redactor = createRedactor();
  const limits = limitsSchema.parse({});
  let classifyUs = 0;
  const classifier: Classifier = {
    classify(input) {
      const begun = performance.now();
      const derived = inner.classify(input);
      classifyUs = (performance.now() - begun) * 1000;
      return derived;
    },
  };
  const parts = {
    agent: { kind: 'agent', keyId: 'eval', tenantId: 'default', agentId: 'eval' } as const,
    transport: 'otlp/http+json' as const,
    redactor,
    classifier,
    onClassifierFailure: (): void => {},
  };
  const take = (record: OtlpLog, agentId: string): CallEvent | SessionEvent => {
    const normalised = normalise(record, limits);
    if (normalised.kind !== 'draft')
      throw new Error(`the front refuses a record of ${agentId}: ${JSON.stringify(normalised)}`);
    return eventOf(normalised.draft, { ...parts, agent: { ...parts.agent, agentId }, bytes: record.bytes });
  };
  let seq = 0;
  return {
    event: take,
    read(call) {
      const record = recordOf(call, seq++);
      const begun = performance.now();
      const event = take(record, parts.agent.agentId);
      const frontUs = (performance.now() - begun) * 1000;
      if (event.type !== 'call') throw new Error('an intent became a session event');
      return { derived: event.derived, classifyUs, frontUs };
    },
  };
}

function recordOf(call: ToolCall, seq: number): OtlpLog {
  const text = JSON.stringify(call.arguments) ?? 'null';
  return {
    signal: 'logs',
    eventName: EVENT.intent,
    attributes: new Map<string, unknown>([
      [GENAI.conversationId, 'eval'],
      [HALTWIRE.producer, 'eval'],
      [HALTWIRE.seq, seq],
      [GENAI.toolName, call.tool.slice(0, 200)],
      [GENAI.toolCallId, `c${seq}`],
      [GENAI.toolCallArguments, text],
      [HALTWIRE.cwd, call.cwd ?? DEFAULT_CWD],
    ]),
    resource: new Map(),
    traceId: undefined,
    spanId: undefined,
    time: undefined,
    bytes: text.length,
  };
}
