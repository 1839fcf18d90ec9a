import { Engine } from '@haltwire/detector';
import { ensureTopics, type KafkaConfig, openKafkaLog } from '@haltwire/kafka';
import { type CallEvent, eventIdOf, type LogEntry } from '@haltwire/schemas';
import type { Row } from './report.ts';

const AGENTS = 100_000;
const ROUNDS = 3;
/** A partition that the cluster has; its detectors have been stopped by then, or load it again. */
const PARTITION = 0;

function intentOf(agentId: string): CallEvent {
  const ref = { tenantId: 'default', agentId, sessionId: 's1' };
  return {
    type: 'call',
    v: 1,
    ...ref,
    rootAgentId: agentId,
    eventId: eventIdOf(ref, 'c1', 'intent', 'sdk'),
    origin: 'sdk',
    phase: 'intent',
    callId: 'c1',
    claimed: { tool: { name: 'shell' }, arguments: { command: 'touch a' }, digest: '0'.repeat(64) },
    observed: { keyId: 'k', transport: 'otlp/http+json', bytes: 100 },
    derived: {
      effects: [
        {
          verb: 'update',
          resource: 'file',
          system: 'filesystem',
          target: { path: 'a' },
          scope: 'one',
          reversibility: 'reversible',
          destructiveness: 0.1,
          touchesBackups: false,
          evidence: 'bench',
          confidence: 1,
        },
      ],
      worst: 0,
      readOnly: false,
      credentials: [],
      secretsSeen: [],
    },
  };
}

/** How long a partition with the state of 100,000 agents, one session each, takes to be there again. */
export async function benchRestore(config: KafkaConfig): Promise<Row[]> {
  const engine = new Engine();
  for (let n = 0; n < AGENTS; n += 1) {
    const record = intentOf(`agent-${n}`);
    const entry: LogEntry = {
      position: { partition: PARTITION, offset: n, index: 0 },
      logTime: n,
      key: 'k',
      value: '{}',
    };
    engine.process(entry, record);
  }
  const entries = engine.takeChanges();
  const bytes = entries.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
  const settings = { ...config, topicPrefix: `${config.topicPrefix}restore.`, partitions: 1 };
  await ensureTopics(settings);
  const times: number[] = [];
  const saver = openKafkaLog({ config: settings });
  await saver.snapshots.save(PARTITION, { partition: PARTITION, offset: AGENTS, index: 0 }, entries);
  await saver.close();
  for (let round = 0; round < ROUNDS; round += 1) {
    const log = openKafkaLog({ config: settings });
    const restored = new Engine();
    const start = performance.now();
    const snapshot = await log.snapshots.load(PARTITION);
    for await (const { key, value } of snapshot.entries) restored.restore(key, value);
    restored.restored();
    times.push((performance.now() - start) * 1000);
    await log.close();
    if (restored.store.sessions.size !== engine.store.sessions.size) throw new Error('not everything was restored');
  }
  times.sort((a, b) => a - b);
  return [
    {
      what: `restore of ${AGENTS.toLocaleString('en')} agents from Kafka`,
      p50: times[1] ?? 0,
      p99: times.at(-1) ?? 0,
      beside: `${(bytes / 1024 / 1024).toFixed(0)} MiB of state, ${Math.round(bytes / AGENTS)} bytes an agent with one session`,
    },
  ];
}
