import { TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { migrate } from '../archive/schema/migrate.ts';
import { createStore } from '../archive/store.ts';
import type { TestChdb } from './chdb-database.ts';

const began = Date.UTC(2026, 0, 1);
/** Ids that the sender gave to the calls `ran` and `foreign`. */
export const senders = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) };

/** Three calls: one that ran, one that was held and denied, one that only a foreign span tells of. */
async function story(log: MemoryLog): Promise<void> {
  log.time = began;
  const subject = { tenantId: 'default', agentId: 'deployer', sessionId: 's1' };
  const effects = [
    { verb: 'delete', resource: 'volume', system: 'railway', target: { id: 'vol_1' }, destructiveness: 1 },
  ];
  const call = (callId: string, phase: string, more: { claimed?: object; derived?: object; origin?: string } = {}) => ({
    type: 'call',
    origin: 'sdk',
    ...subject,
    ...more,
    phase,
    callId,
    claimed: { tool: { name: 'shell' }, arguments: { command: 'ls' }, digest: 'd'.repeat(64), ...more.claimed },
    derived: { effects, worst: 0, ...more.derived },
  });
  const decision = (callId: string, kind: string, more: object = {}) => ({
    type: 'decision',
    decisionId: `${callId}-${kind}`,
    ...subject,
    callId,
    decision: kind,
    severity: 'high',
    mode: 'enforce',
    cause: 'intent',
    title: `${kind} it`,
    invariants: [{ name: 'task-scope' }],
    ...more,
  });
  const inputs: [string, object][] = [
    [TOPIC.inputs, call('ran', 'intent', { claimed: { trace: senders } })],
    [TOPIC.decisions, decision('ran', 'allow')],
    [TOPIC.inputs, call('ran', 'started', { claimed: { trace: senders } })],
    [
      TOPIC.inputs,
      call('ran', 'result', {
        claimed: { trace: senders },
        derived: { outcome: { status: 'error', class: 'timeout' } },
      }),
    ],
    // The span of the same call comes later; what it adds is its parent.
    [
      TOPIC.inputs,
      call('ran', 'result', {
        origin: 'span',
        claimed: { trace: { ...senders, parentSpanId: 'ef'.repeat(8), durationMs: 900 } },
        derived: { outcome: { status: 'error', class: 'timeout' } },
      }),
    ],
    [TOPIC.inputs, call('refused', 'intent')],
    [TOPIC.decisions, decision('refused', 'hold')],
    [TOPIC.decisions, decision('refused', 'deny', { cause: 'command', actor: 'ann', severity: 'critical' })],
    [TOPIC.inputs, call('refused', 'abandoned')],
    [
      TOPIC.inputs,
      call('foreign', 'result', {
        origin: 'span',
        claimed: { trace: { ...senders, spanId: '12'.repeat(8), durationMs: 2500 } },
        derived: { outcome: { status: 'ok', class: 'none' } },
      }),
    ],
    [TOPIC.inputs, { type: 'tick', v: 1 }],
  ];
  for (const [topic, record] of inputs) {
    // Each a second after the one before it.
    const entry = { key: 'k', value: JSON.stringify(record) };
    if (topic === TOPIC.inputs) await log.append(TOPIC.inputs, [entry]);
    else await log.append(TOPIC.decisions, [entry]);
  }
}

/** Archives the story into a database, every row twice, as after a hand-over. */
export async function archiveStory({ client }: TestChdb, database: string): Promise<void> {
  await migrate(client, { database });
  const log = new MemoryLog();
  await story(log);
  const ignore = () => undefined;
  for (const topic of [TOPIC.inputs, TOPIC.decisions] as const) {
    const store = createStore({ client, layout: { database }, topic, partition: 0, onUnfit: ignore, onInsert: ignore });
    await client.command({
      query: `SYSTEM STOP MERGES ${database}.${topic === TOPIC.inputs ? 'inputs' : 'decisions'}`,
    });
    await store.insert(log.entries(topic));
    await store.insert(log.entries(topic));
  }
}
