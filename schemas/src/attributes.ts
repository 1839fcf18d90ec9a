/**
 * OpenTelemetry attribute and event names that Haltwire reads and writes.
 *
 * GenAI semantic conventions have no npm constants (status Development), so we keep our own.
 * Source: open-telemetry/semantic-conventions-genai, docs/gen-ai/gen-ai-agent-spans.md.
 */
export const GENAI = {
  operationName: 'gen_ai.operation.name',
  toolName: 'gen_ai.tool.name',
  toolCallId: 'gen_ai.tool.call.id',
  toolType: 'gen_ai.tool.type',
  toolDescription: 'gen_ai.tool.description',
  toolCallArguments: 'gen_ai.tool.call.arguments',
  toolCallResult: 'gen_ai.tool.call.result',
  agentId: 'gen_ai.agent.id',
  agentName: 'gen_ai.agent.name',
  agentVersion: 'gen_ai.agent.version',
  conversationId: 'gen_ai.conversation.id',
} as const;

/** Core conventions that a tool's span may carry. */
export const OTEL = {
  errorType: 'error.type',
  serviceName: 'service.name',
  sessionId: 'session.id',
} as const;

/** Haltwire's own attributes, on its log records and on `execute_tool` spans. */
export const HALTWIRE = {
  /** Sender's gap-free counter per (session, producer). */
  seq: 'haltwire.seq',
  /** One sdk process within a session. */
  producer: 'haltwire.producer',
  sessionNonce: 'haltwire.session.nonce',
  taskId: 'haltwire.task.id',
  taskText: 'haltwire.task.text',
  /** JWT signed by an operator; verified, then dropped by the collector. */
  taskToken: 'haltwire.task.token',
  environment: 'haltwire.environment',
  /** What the session may do at present: `normal`, `plan`, `read-only`, `freeze`, `stop`. */
  mode: 'haltwire.mode',
  cwd: 'haltwire.cwd',
  digest: 'haltwire.digest',
  /** JSON array of `ResolvedTarget`. */
  targets: 'haltwire.targets',
  /** JSON array of `CredentialUse`. */
  credentials: 'haltwire.credentials',
  /** JSON array of `SecretSeen`. */
  secretsSeen: 'haltwire.secrets_seen',
  readOnly: 'haltwire.read_only',
  /** The call ran on the local fast path under this lease: `epoch/postureEpoch`. */
  lease: 'haltwire.lease',
  /** Why a call was abandoned. */
  reason: 'haltwire.reason',
  status: 'haltwire.status',
} as const;

/** `event_name` of Haltwire's OTLP log records, one per phase. */
export const EVENT = {
  sessionStarted: 'haltwire.session.started',
  sessionChanged: 'haltwire.session.changed',
  sessionEnded: 'haltwire.session.ended',
  intent: 'haltwire.intent',
  started: 'haltwire.started',
  abandoned: 'haltwire.abandoned',
  result: 'haltwire.result',
} as const;
export type EventName = (typeof EVENT)[keyof typeof EVENT];
