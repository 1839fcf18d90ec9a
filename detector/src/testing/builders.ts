import {
  type Attached,
  type CallEvent,
  type Command,
  callDigest,
  type Derived,
  type Effect,
  eventIdOf,
  type InputRecord,
  type LogEntry,
  type Policy,
  type PolicyRecord,
  policySchema,
  type SessionEvent,
} from '@haltwire/schemas';
import { Engine } from '../engine/engine.ts';
import type { Output } from '../engine/outputs.ts';

/** A fingerprint that a test can read: `hwf_` and the digit 32 times. */
export const fingerprint = (digit: string): string => `hwf_${digit.repeat(32)}`;
export const STAGING_TOKEN = fingerprint('a');
export const DOMAIN_TOKEN = fingerprint('d');
export const STRANGE_TOKEN = fingerprint('e');

/** The registry of the stories told in the tests. */
export const storyPolicy: Policy = policySchema.parse({
  version: 1,
  agents: { 'deploy-bot': { task: 'staging-fix', credentials: ['staging'] } },
  tasks: {
    'staging-fix': {
      environment: 'staging',
      credentials: ['staging'],
      operations: [
        { verbs: ['create', 'update'], resources: ['deployment'] },
        { verbs: ['delete'], resources: ['volume'] },
      ],
    },
    domains: {
      credentials: ['domains'],
      operations: [{ verbs: ['create', 'update', 'delete'], resources: ['custom-domain'] }],
    },
  },
  credentials: {
    staging: { fingerprint: STAGING_TOKEN, environments: ['staging'] },
    domains: { fingerprint: DOMAIN_TOKEN, description: 'custom domains', purposes: [{ resources: ['custom-domain'] }] },
  },
  resources: { 'prod-data': { match: 'vol_prod', kind: 'volume', environment: 'production', backups: 'self' } },
});

export function effect(over: Partial<Effect> = {}): Effect {
  return {
    verb: 'read',
    resource: 'file',
    system: 'filesystem',
    target: {},
    scope: 'one',
    reversibility: 'reversible',
    destructiveness: 0,
    touchesBackups: false,
    evidence: 'test',
    confidence: 1,
    ...over,
  };
}

/** Deleting one volume, for good, with the given credential. */
export function volumeDelete(id: string, credentialRef?: string): Effect {
  const target = { id, host: 'api.example.test' };
  const base = { verb: 'delete', resource: 'volume', system: 'railway', target, destructiveness: 1 } as const;
  return effect({ ...base, reversibility: 'irreversible', ...(credentialRef === undefined ? {} : { credentialRef }) });
}

export interface CallOver {
  agentId?: string;
  sessionId?: string;
  callId?: string;
  phase?: CallEvent['phase'];
  seq?: number;
  producer?: string;
  origin?: CallEvent['origin'];
  tool?: string;
  arguments?: unknown;
  claimed?: Partial<CallEvent['claimed']>;
  derived?: Partial<Derived>;
}

/** A call event as the collector writes it. */
export function call(over: CallOver = {}): CallEvent {
  const ref = { tenantId: 'default', agentId: over.agentId ?? 'deploy-bot', sessionId: over.sessionId ?? 's1' };
  const callId = over.callId ?? 'c1';
  const phase = over.phase ?? 'intent';
  const origin = over.origin ?? 'sdk';
  const tool = over.tool ?? 'shell';
  const args = over.arguments ?? { command: `run ${callId}` };
  const effects = over.derived?.effects ?? [];
  return {
    type: 'call',
    v: 1,
    ...ref,
    rootAgentId: ref.agentId,
    eventId: eventIdOf(ref, callId, phase, origin),
    origin,
    ...(over.seq === undefined ? {} : { seq: over.seq, producer: over.producer ?? 'p1' }),
    phase,
    callId,
    claimed: {
      tool: { name: tool },
      arguments: args,
      digest: callDigest({ sessionNonce: 'n', tool, arguments: args }),
      ...over.claimed,
    },
    observed: { keyId: 'k1', transport: 'otlp/http+json', bytes: 100 },
    derived: {
      effects,
      worst: effects.length > 0 ? 0 : -1,
      readOnly: effects.length > 0 && effects.every((one) => one.verb === 'read'),
      credentials: effects.flatMap(({ credentialRef }) =>
        credentialRef === undefined || credentialRef === 'unknown'
          ? []
          : [{ fingerprint: credentialRef, kind: 'bearer-token' }],
      ),
      secretsSeen: [],
      ...over.derived,
    },
  };
}

export function session(
  over: { sessionId?: string; agentId?: string; taskToken?: string; seq?: number } = {},
): SessionEvent {
  const ref = { tenantId: 'default', agentId: over.agentId ?? 'deploy-bot', sessionId: over.sessionId ?? 's1' };
  return {
    type: 'session',
    v: 1,
    ...ref,
    rootAgentId: ref.agentId,
    eventId: eventIdOf(ref, 'session', 'started', 'sdk'),
    origin: 'sdk',
    ...(over.seq === undefined ? {} : { seq: over.seq, producer: 'p1' }),
    phase: 'started',
    claimed: {},
    observed: {
      keyId: 'k1',
      transport: 'otlp/http+json',
      bytes: 100,
      ...(over.taskToken === undefined ? {} : { task: { id: over.taskToken, tokenId: 't1' } }),
    },
  };
}

export function policyRecord(policy: Policy = storyPolicy): PolicyRecord {
  const actor = { kind: 'person', name: 'ada', tokenId: 't' } as const;
  return { type: 'policy', v: 1, tenantId: 'default', policyHash: '0'.repeat(64), actor, policy };
}

let commandCount = 0;

export function command(
  over: { command: 'approve' | 'deny'; holdId: string } | { command: 'kill' | 'release' },
  commandId?: string,
): Command {
  const actor = { kind: 'person', name: 'ada', tokenId: 't' } as const;
  commandCount += 1;
  const base = {
    type: 'command',
    v: 1,
    tenantId: 'default',
    agentId: 'deploy-bot',
    sessionId: 's1',
    actor,
    reason: 'because',
  } as const;
  return { ...base, commandId: commandId ?? `cmd-${commandCount}`, ...over };
}

/** An engine with a log of its own: one record per offset, log time in the test's hands. */
export class Bench {
  readonly engine: Engine;
  readonly log: { entry: LogEntry; record: InputRecord }[] = [];
  now = 1_000_000;

  constructor(engine = new Engine()) {
    this.engine = engine;
  }

  feed(record: InputRecord): readonly Output[] {
    const position = { partition: 0, offset: this.log.length, index: 0 };
    const entry: LogEntry = { position, logTime: this.now, key: 'k', value: JSON.stringify(record) };
    this.log.push({ entry, record });
    return this.engine.process(entry, record);
  }

  feedAll(records: readonly InputRecord[]): Output[] {
    return records.flatMap((record) => this.feed(record));
  }

  wait(ms: number): void {
    this.now += ms;
  }
}

/** The outputs of one type. */
export function only<T extends Output['type']>(outputs: readonly Output[], type: T): Extract<Output, { type: T }>[] {
  return outputs.filter((output): output is Extract<Output, { type: T }> => output.type === type);
}

/** A gateway says that it has a socket of the session. */
export function attached(gateway: string, sessionId = 's1'): Attached {
  return { type: 'attached', v: 1, tenantId: 'default', agentId: 'deploy-bot', sessionId, gateway };
}
