import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import { openKafkaLog } from '@haltwire/kafka';
import { createHaltwire, type Session } from '@haltwire/sdk';
import { openBare } from '../../deploy/kafka/bench/bare.ts';
import { type Cluster, type Slot, startTestCluster } from '../src/cluster/cluster.ts';
import { type Row, ratios, rowOf } from './report.ts';
import { benchRestore } from './restore.ts';

const ROUNDS = 4;
const CALLS = 100;
const EVENTS = 60_000;
const PER_POST = 200;
const SENDERS = 8;
const CLOCK_TICKS = 100;

/** Everything over a real Kafka, in turns with bare kafkajs on the same broker. */
export async function benchCluster(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'haltwire-bench-'));
  const cluster = await startTestCluster(folder, {
    brokers: 1,
    partitions: 4,
    collectors: 1,
    detectors: 2,
    archivers: 1,
  });
  try {
    return [...(await benchGate(cluster)), ...(await benchThroughput(cluster)), ...(await benchRestore(cluster.kafka))];
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function asked(session: Session, name: string): Promise<number> {
  const start = performance.now();
  let took = 0;
  await session.tool('shell', { command: `touch notes/${name}.txt` }, () => {
    took = (performance.now() - start) * 1000;
  });
  return took;
}

/** Without the balancer: it would run in our own process. */
function collectorUrl({ slots }: Cluster): string {
  return `http://127.0.0.1:${slots.collector[0]?.port}`;
}

/** The gate where the session's owner has the socket, and where another detector has it. */
async function benchGate(cluster: Cluster): Promise<Row[]> {
  const key = await cluster.agentKey('bench');
  const bare = await openBare(cluster.kafka);
  const clients = cluster.slots.detector.map(({ port }) =>
    createHaltwire({ endpoint: collectorUrl(cluster), gatewayEndpoint: `http://127.0.0.1:${port}`, key }),
  );
  try {
    const sessions = clients.map((client, place) => client.session({ agent: 'bench', sessionId: `bench-${place}` }));
    await Promise.all(sessions.map((session) => session.ready()));
    for (let n = 0; n < CALLS; n += 1) {
      for (const session of sessions) await asked(session, `warm${n}`);
      await bare.roundTrip();
    }
    const routed = await Promise.all(cluster.slots.detector.map((slot) => routedBy(cluster, slot)));
    const samples = sessions.map((): number[][] => []);
    const floor: number[][] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const all of [...samples, floor]) all.push([]);
      for (let call = 0; call < CALLS; call += 1) {
        for (const [place, session] of sessions.entries()) {
          samples[place]?.at(-1)?.push(await asked(session, `n${round}-${call}`));
        }
        floor.at(-1)?.push(await bare.roundTrip());
      }
    }
    // The owner of this agent's partition is whoever has sent messages to the other's gateway.
    const owner = (await Promise.all(cluster.slots.detector.map((slot) => routedBy(cluster, slot)))).findIndex(
      (count, place) => count > (routed[place] ?? 0),
    );
    const floorRow = rowOf('floor: bare kafkajs, produce -> consume', floor);
    return [
      ...samples.map((rounds, place) => {
        const row = rowOf(`gate over Kafka, socket at ${place === owner ? 'the owner' : 'another detector'}`, rounds);
        return { ...row, beside: ratios(row, floorRow, 'bare kafkajs') };
      }),
      floorRow,
    ];
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    await bare.close();
  }
}

async function routedBy(cluster: Cluster, slot: Slot): Promise<number> {
  return (await cluster.metric(slot, 'haltwire_detector_messages_routed_total')) ?? 0;
}

/** Processor time of a process so far, ms. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / CLOCK_TICKS;
}

/** Spans of tool calls as a busy fleet posts them, until the last of them is a row in ClickHouse. */
async function benchThroughput(cluster: Cluster): Promise<Row[]> {
  const keys = await Promise.all(Array.from({ length: SENDERS }, (_, n) => cluster.agentKey(`fleet-${n}`)));
  const client = createClient({ url: cluster.clickhouse.url });
  const rows = async (): Promise<number> => {
    const answer = await client.query({
      query: `SELECT toUInt32(count()) AS n FROM haltwire.inputs WHERE startsWith(agent, 'fleet-')`,
      format: 'JSONEachRow',
    });
    return (await answer.json<{ n: number }>())[0]?.n ?? 0;
  };
  const roles = Object.entries(cluster.slots).map(
    ([role, slots]) => [role, slots.flatMap(({ process }) => process?.pid ?? [])] as const,
  );
  const cpu = () => roles.map(([, pids]) => pids.reduce((sum, pid) => sum + cpuMs(pid), 0));
  const before = cpu();
  const start = performance.now();
  let posted = 0;
  await Promise.all(
    keys.map(async (key, sender) => {
      for (let n = 0; posted < EVENTS; n += 1) {
        posted += PER_POST;
        await post(collectorUrl(cluster), key, `${sender}-${n}`);
      }
    }),
  );
  const accepted = performance.now() - start;
  const log = openKafkaLog({ config: cluster.kafka });
  while ((await rows()) < posted) await new Promise((resolve) => setTimeout(resolve, 50));
  const archived = performance.now() - start;
  await log.close();
  await client.close();
  const after = cpu();
  const perMillion = roles.map(([role], place) => {
    const spent = (after[place] ?? 0) - (before[place] ?? 0);
    return `${role} ${(spent / 1000 / (posted / 1e6)).toFixed(0)} s`;
  });
  const each = (ms: number): Pick<Row, 'p50' | 'p99'> => ({ p50: (ms * 1000) / posted, p99: (ms * 1000) / posted });
  const rate = (ms: number): string => `${Math.round(posted / (ms / 1000)).toLocaleString('en')} events/s`;
  return [
    { what: `collector -> Kafka, ${posted} spans`, ...each(accepted), beside: rate(accepted) },
    {
      what: 'collector -> Kafka -> ClickHouse, the same, judged meanwhile',
      ...each(archived),
      beside: `${rate(archived)}; processor per 1M events: ${perMillion.join(', ')}`,
    },
  ];
}

async function post(url: string, key: string, id: string): Promise<void> {
  const text = (name: string, stringValue: string) => ({ key: name, value: { stringValue } });
  const spans = Array.from({ length: PER_POST }, (_, n) => ({
    traceId: '1'.repeat(32),
    spanId: n.toString(16).padStart(16, '0'),
    name: 'execute_tool read_file',
    attributes: [
      text('gen_ai.operation.name', 'execute_tool'),
      text('gen_ai.tool.name', 'read_file'),
      text('gen_ai.tool.call.id', `${id}-${n}`),
      text('gen_ai.conversation.id', `s-${id}`),
      text('gen_ai.tool.call.arguments', '{"path":"docs/guide/readme.md"}'),
    ],
  }));
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`the collector answered ${response.status}`);
}
