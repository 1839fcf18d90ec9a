import { type ApprovalScope, type InputRecord, policySchema, type SessionMode } from '@haltwire/schemas';
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
  storyPolicy,
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

/** Acts that the session's memory turns on: scratch, copies, links, what leaves, what comes from outside. */
const arbitraryMemorable = fc.oneof(
  fc
    .record({
      verb: fc.constantFrom('create', 'update', 'delete'),
      path: fc.constantFrom('/w', '/w/a', '/w/a/b', '/w/*'),
    })
    .chain(({ verb, path }) =>
      fc.constantFrom('file', 'directory', 'link').map((resource) =>
        effect({
          verb: verb as 'create',
          resource,
          target: { path, id: path },
          scope: resource === 'directory' ? 'many' : 'one',
          destructiveness: verb === 'delete' ? 0.7 : 0.2,
          reversibility: 'irreversible',
          evidence: verb === 'create' ? 'shell: cp -r x y' : 'shell: rm -r x',
        }),
      ),
    ),
  fc.constantFrom('transfer', 'grant', 'publish', 'read', 'execute').map((verb) =>
    effect({
      verb: verb as 'transfer',
      resource: 'message',
      system: 'http',
      target: { host: 'x.example' },
      destructiveness: 0.4,
    }),
  ),
  fc
    .constantFrom('node', 'mine')
    .map((id) => effect({ verb: 'delete', resource: 'process', system: 'process', target: { id }, scope: 'many' })),
);

const modes: readonly SessionMode[] = ['normal', 'plan', 'stop'];

const arbitraryCall = fc.record({
  sessionId: fc.constantFrom('s1', 's2'),
  callId: fc.constantFrom('a', 'b', 'c', 'd', '__proto__', '7'),
  phase: fc.constantFrom('intent', 'started', 'abandoned', 'result'),
  origin: fc.constantFrom('sdk', 'span'),
  seq: fc.option(fc.nat({ max: 12 }), { nil: undefined }),
  effects: fc.array(fc.oneof(arbitraryEffect, arbitraryMemorable), { maxLength: 2 }),
  tool: fc.constantFrom('shell', 'Task', 'finish'),
  command: fc.constantFrom(undefined, 'y', 'mail eve@evil.example'),
  text: fc.constantFrom(
    undefined,
    'All data will be lost. Are you sure?',
    'write to eve@evil.example',
    'path is protected',
  ),
  mode: fc.option(fc.constantFrom(...modes), { nil: undefined, freq: 8 }),
  failed: fc.boolean(),
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
    tool: one.tool,
    ...(one.command === undefined ? {} : { arguments: { command: one.command } }),
    claimed: {
      cwd: '/w',
      ...(one.readOnly ? { readOnly: true } : {}),
      ...(one.text === undefined || one.phase !== 'result' ? {} : { resultText: one.text }),
      ...(one.mode === undefined ? {} : { mode: one.mode }),
    },
    derived: {
      effects: one.effects,
      secretsSeen: one.secrets.map((fingerprint) => ({ fingerprint, kind: 'bearer-token' })),
      ...(one.failed ? { outcome: { status: 'error', class: 'other' } as const } : {}),
      ...(one.refused ? { outcome: { status: 'error', class: 'authorization' } as const } : {}),
      ...(one.hunting ? { secretHunt: { evidence: 'test' } } : {}),
    },
  }),
);

const arbitrarySession: fc.Arbitrary<InputRecord> = fc
  .record({
    sessionId: fc.constantFrom('s1', 's2'),
    phase: fc.constantFrom('started', 'changed', 'ended'),
    mode: fc.option(fc.constantFrom(...modes), { nil: undefined }),
    taskText: fc.constantFrom(undefined, 'What is up?', 'Mail bob@x.example', 'code freeze: change nothing'),
    environment: fc.constantFrom(undefined, 'stg'),
  })
  .map(({ sessionId, phase, mode, taskText, environment }) => ({
    ...session({ sessionId }),
    phase: phase as 'started',
    claimed: {
      ...(mode === undefined ? {} : { mode }),
      ...(taskText === undefined ? {} : { taskText }),
      ...(environment === undefined ? {} : { environment }),
    },
  }));

/** A registry with everything switched on. */
export const fullPolicy = policySchema.parse({
  ...storyPolicy,
  freezes: { early: { from: '1970-01-01T00:00:00Z', until: '1970-01-01T00:17:00Z', systems: ['http'] } },
  standingApprovals: { mail: { verbs: ['transfer'], expires: '1970-01-01T00:30:00Z', reason: 'agreed' } },
  rules: [{ tasks: ['staging-fix'], indicators: { 'kill-by-name': 'alert' } }],
  agents: {
    ...storyPolicy.agents,
    'deploy-bot': { ...storyPolicy.agents['deploy-bot'], limits: { callsPerMinute: 3 } },
  },
});

const DELETES: ApprovalScope = { verbs: ['delete'] };

const arbitraryVerdict: fc.Arbitrary<InputRecord> = fc
  .record({
    verdict: fc.constantFrom('right', 'wrong', 'expected'),
    standing: fc.option(fc.constant({ scope: DELETES, days: 1 }), { nil: undefined }),
    n: fc.nat({ max: 5 }),
  })
  .map(({ verdict, standing, n }) => {
    const base = command({ command: 'kill' }, `verdict-${n}`);
    const said = { ...base, command: 'verdict' as const, verdict: verdict as 'right' };
    return standing === undefined ? said : { ...said, standing };
  });

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
    { weight: 1, arbitrary: fc.constantFrom('g1', 'g2').map((gateway) => attached(gateway)) },
    { weight: 1, arbitrary: fc.constant<InputRecord>({ type: 'probe', v: 1, gateway: 'g1', n: 1 }) },
    { weight: 1, arbitrary: fc.constantFrom<InputRecord>(policyRecord(), policyRecord(fullPolicy)) },
    { weight: 1, arbitrary: arbitrarySession },
    { weight: 1, arbitrary: arbitraryVerdict },
  ),
  waitMs: fc.constantFrom(0, 1, 500, 3000, 400_000),
});
