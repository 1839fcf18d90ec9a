import type { AgentMessage, GatewayMessage, Verdict } from '@haltwire/schemas';

/** Version of the protocol, path and messages of schemas/src/gateway.ts, which cannot be imported here without zod. */
export const PROTOCOL = 1;
export const SOCKET_PATH = '/v1/agent';

export type { AgentMessage, GatewayMessage, Verdict };

type Check = (value: unknown) => boolean;
const text =
  (most: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= most;
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
const idPattern = /^[^\u0000-\u001f\u007f]{1,200}$/;
const id: Check = (value) => typeof value === 'string' && idPattern.test(value);
const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const epochs = { sessionId: id, epoch: whole, postureEpoch: whole };
const posture = oneOf('normal', 'elevated', 'locked');

const shapes: Record<GatewayMessage['type'], Record<string, Check>> = {
  welcome: {
    ...epochs,
    posture,
    readOnlyTools: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
  },
  lease: { ...epochs, posture, n: whole, ttlMs: (value) => whole(value) && (value as number) >= 1 },
  posture: { ...epochs, posture },
  verdict: {
    ...epochs,
    callId: id,
    digest: (value) => typeof value === 'string',
    decision: oneOf('allow', 'hold', 'deny'),
    decisionId: id,
    deadlineMs: whole,
    holdId: optional(id),
    reason: text(2000),
  },
  kill: { ...epochs, killId: id, reason: text(2000) },
  release: { ...epochs, killId: id },
  error: { code: text(64), message: text(1000), sessionId: optional(id) },
};

/**
 * Reads one message of the gateway; undefined when it is none that this version knows. Never throws.
 *
 * Hand-written, because zod would be most of the bundle; a property test holds it equal to the contract.
 */
export function readGatewayMessage(json: string): GatewayMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const message = value as Record<string, unknown>;
  const shape =
    typeof message.type === 'string' && Object.hasOwn(shapes, message.type)
      ? shapes[message.type as GatewayMessage['type']]
      : undefined;
  if (shape === undefined) return undefined;
  for (const [key, check] of Object.entries(shape)) if (!check(message[key])) return undefined;
  return message as unknown as GatewayMessage;
}
