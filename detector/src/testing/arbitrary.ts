import type { InputRecord } from '@haltwire/schemas';
import fc from 'fast-check';
import {
  attached,
  call,
  command,
  DOMAIN_TOKEN,
  effect,
  policyRecord,
  STAGING_TOKEN,
  STRANGE_TOKEN,
  session,
  volumeDelete,
} from './builders.ts';

const tokens = [STAGING_TOKEN, DOMAIN_TOKEN, STRANGE_TOKEN];

const arbitraryEffect = fc.oneof(
  fc.constant(effect()),
  fc.constant(effect({ verb: 'search' })),
  fc
    .record({ id: fc.constantFrom('vol_prod', 'vol_scratch'), token: fc.constantFrom(undefined, ...tokens) })
    .map(({ id, token }) => volumeDelete(id, token)),
  fc
    .constantFrom(...tokens)
    .map((credentialRef) =>
      effect({ verb: 'update', resource: 'custom-domain', system: 'railway', destructiveness: 0.3, credentialRef }),
    ),
);

const arbitraryCall = fc.record({
  sessionId: fc.constantFrom('s1', 's2'),
  callId: fc.constantFrom('a', 'b', 'c', 'd', '__proto__', '7'),
  phase: fc.constantFrom('intent', 'started', 'abandoned', 'result'),
  origin: fc.constantFrom('sdk', 'span'),
  seq: fc.option(fc.nat({ max: 12 }), { nil: undefined }),
  effects: fc.array(arbitraryEffect, { maxLength: 2 }),
  secrets: fc.subarray(tokens),
  refused: fc.boolean(),
  hunting: fc.boolean(),
  readOnly: fc.boolean(),
});

/** Any call event, sensible or not: engines must take whatever order and mix a log holds. */
export const arbitraryCallRecord: fc.Arbitrary<InputRecord> = arbitraryCall.map((one) =>
  call({
    sessionId: one.sessionId,
    callId: one.callId,
    phase: one.phase as 'intent',
    origin: one.origin as 'sdk',
    ...(one.seq === undefined || one.origin === 'span' ? {} : { seq: one.seq }),
    claimed: one.readOnly ? { readOnly: true } : {},
    derived: {
      effects: one.effects,
      secretsSeen: one.secrets.map((fingerprint) => ({ fingerprint, kind: 'bearer-token' })),
      ...(one.refused ? { outcome: { status: 'error', class: 'authorization' } as const } : {}),
      ...(one.hunting ? { secretHunt: { evidence: 'test' } } : {}),
    },
  }),
);

/** Any record, with log time passing before it. */
export const arbitraryStep: fc.Arbitrary<{ record: InputRecord; waitMs: number }> = fc.record({
  record: fc.oneof(
    { weight: 8, arbitrary: arbitraryCallRecord },
    { weight: 1, arbitrary: fc.constantFrom('s1', 's2').map((sessionId) => session({ sessionId, seq: 0 })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('kill', 'release').map((name) => command({ command: name as 'kill' }, `${name}-1`)),
    },
    { weight: 1, arbitrary: fc.constant<InputRecord>({ type: 'tick', v: 1 }) },
    { weight: 1, arbitrary: fc.constant<InputRecord>({ type: 'claim', v: 1, owner: 'o' }) },
    {
      weight: 1,
      arbitrary: fc
        .record({
          gateway: fc.constantFrom('g1', 'g2'),
          type: fc.constantFrom('attached' as const, 'detached' as const),
        })
        .map(({ gateway, type }) => ({ ...attached(gateway), type })),
    },
    { weight: 1, arbitrary: fc.constant<InputRecord>({ type: 'probe', v: 1, gateway: 'g1', n: 1 }) },
    { weight: 1, arbitrary: fc.constant<InputRecord>(policyRecord()) },
  ),
  waitMs: fc.constantFrom(0, 1, 500, 3000, 400_000),
});
