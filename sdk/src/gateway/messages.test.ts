import { AGENT_SOCKET_PATH, GATEWAY_PROTOCOL, gatewayMessageSchema } from '@haltwire/schemas';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROTOCOL, readGatewayMessage, SOCKET_PATH } from './messages.ts';

test('path and version are those of the contract', () => {
  expect(PROTOCOL).toBe(GATEWAY_PROTOCOL);
  expect(SOCKET_PATH).toBe(AGENT_SOCKET_PATH);
});

const valid: Record<string, unknown>[] = [
  { type: 'welcome', sessionId: 's', epoch: 0, postureEpoch: 0, posture: 'normal', readOnlyTools: ['a'] },
  { type: 'lease', sessionId: 's', n: 0, epoch: 0, postureEpoch: 0, posture: 'locked', ttlMs: 1 },
  { type: 'posture', sessionId: 's', epoch: 0, postureEpoch: 0, posture: 'elevated' },
  {
    type: 'verdict',
    sessionId: 's',
    callId: 'c',
    digest: 'd',
    decision: 'hold',
    decisionId: 'x',
    epoch: 1,
    postureEpoch: 1,
    deadlineMs: 0,
    holdId: 'h',
    reason: '',
  },
  { type: 'kill', sessionId: 's', killId: 'k', epoch: 1, postureEpoch: 1, reason: 'r' },
  { type: 'release', sessionId: 's', killId: 'k', epoch: 1, postureEpoch: 1 },
  { type: 'error', code: 'HALTWIRE_BAD_REQUEST', message: 'm' },
];

test.each(valid.map((message) => [message.type, message]))('reads a %s', (_type, message) => {
  expect(readGatewayMessage(JSON.stringify(message))).toEqual(message);
});

test('takes exactly what the contract takes, whatever one member becomes', () => {
  const odd = fc.oneof(
    fc.constantFrom(
      undefined,
      null,
      true,
      -1,
      0,
      0.5,
      2 ** 60,
      '',
      'normal',
      'allow',
      '\u0000',
      'x'.repeat(201),
      'x'.repeat(2001),
    ),
    fc.string(),
    fc.array(fc.string()),
    fc.array(fc.anything(), { maxLength: 2 }),
  );
  const keys = [
    'type',
    'sessionId',
    'n',
    'epoch',
    'postureEpoch',
    'posture',
    'ttlMs',
    'readOnlyTools',
    'callId',
    'digest',
  ];
  const more = ['decision', 'decisionId', 'deadlineMs', 'holdId', 'reason', 'killId', 'code', 'message', 'unknown'];
  fc.assert(
    fc.property(fc.constantFrom(...valid), fc.constantFrom(...keys, ...more), odd, (message, key, value) => {
      const json = JSON.stringify({ ...message, [key]: value });
      const expected = gatewayMessageSchema.safeParse(JSON.parse(json)).success;
      expect(readGatewayMessage(json) !== undefined).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readGatewayMessage(text)));
  expect(readGatewayMessage('{"type":"__proto__"}')).toBeUndefined();
});
