import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import { Engine } from '@haltwire/detector';
import { type KafkaLog, openKafkaLog } from '@haltwire/kafka';
import {
  type CallEvent,
  type Decision,
  type InputRecord,
  inputRecordSchema,
  type LogEntry,
  TOPIC,
  type TopicName,
} from '@haltwire/schemas';
import type { Cluster } from './cluster.ts';
import { embeddedOtherwise } from './embedded-replay.ts';
import { type Load, pause } from './load.ts';

/** What was counted at the end. Every number that should be zero says so in its name. */
export interface Account {
  readonly executed: number;
  readonly acknowledged: number;
  readonly questionsAsked: number;
  readonly decisions: number;
  readonly acknowledgedLost: number;
  /** Partitions whose unreadable record is not among the dead letters. */
  readonly poisonNotBuried: number;
  readonly rowsMissing: number;
  readonly rowsTwice: number;
  readonly rowsTooMany: number;
  readonly decisionsTwice: number;
  readonly callsDecidedTwice: number;
  /** Decisions that an engine which was never handed over would not have made, or made otherwise. */
  readonly decisionsOtherwise: number;
  /** The same, of a detector over the embedded log. */
  readonly decisionsOtherwiseEmbedded: number;
  readonly executedWithoutIntent: number;
  readonly executedWithoutAllow: number;
  readonly executedTwice: number;
  readonly killedSessionsRan: number;
  readonly killsForgotten: number;
  readonly heldRanWithoutApproval: number;
  /** Answers that counted, of which the waiting process never heard. */
  readonly answersNotHeard: number;
}

/** The type of a record that nobody can read. */
export const POISON = 'poison';

const ARCHIVED = { [TOPIC.inputs]: 'inputs', [TOPIC.decisions]: 'decisions', [TOPIC.dead]: 'dead' } as const;

/** Reads what is left behind, after the load has stopped, and compares it with what the agents know. */
export async function takeAccount(folder: string, cluster: Cluster, load: Load): Promise<Account> {
  const log = openKafkaLog({ config: cluster.kafka });
  try {
    await untilJudged(log);
    const inputs = await readAll(log, TOPIC.inputs);
    const written = (await readAll(log, TOPIC.decisions)).map(({ value }) => JSON.parse(value) as Decision);
    const rows = await countRows(cluster, log);
    const calls = inputs
      .map(({ value }) => JSON.parse(value) as InputRecord)
      .filter((record): record is CallEvent => record.type === 'call');
    const sessions = await cluster.api.sessions();
    return {
      ...rows,
      ...onDecisions(inputs, written),
      ...onCalls(calls, written, load),
      decisionsOtherwiseEmbedded: await throughEmbedded(folder, inputs, written),
      poisonNotBuried: await countPoison(log),
      decisions: written.length,
      questionsAsked: load.questions.length,
      killsForgotten: [load.doomed, ...load.killed.keys()].filter(
        ({ session }) => sessions.find((view) => view.sessionId === session.sessionId)?.kill === undefined,
      ).length,
    };
  } finally {
    await log.close();
  }
}

function onCalls(calls: readonly CallEvent[], written: readonly Decision[], load: Load) {
  const posted = new Set(calls.map(({ sessionId, callId }) => `${sessionId} ${callId}`));
  const acknowledged = load.posters.flatMap(({ sessionId, acknowledged }) =>
    acknowledged.map((id) => `${sessionId} ${id}`),
  );
  const intents = new Map(calls.filter(({ phase }) => phase === 'intent').map((call) => [commandOf(call), call]));
  const allowed = new Set(
    written.filter(({ decision }) => decision === 'allow' || decision === 'alert').map(({ digest }) => digest),
  );
  const executed = [...load.shells.flatMap(({ effects }) => effects), ...load.asked.effects];
  const approved = new Set(load.questions.filter(({ answer }) => answer === 'approve').map(({ name }) => name));
  return {
    executed: executed.length,
    acknowledged: acknowledged.length,
    acknowledgedLost: acknowledged.filter((id) => !posted.has(id)).length,
    executedWithoutIntent: executed.filter((command) => !intents.has(command)).length,
    executedWithoutAllow: executed.filter((command) => !allowed.has(intents.get(command)?.claimed.digest)).length,
    executedTwice: executed.length - new Set(executed).size,
    killedSessionsRan:
      load.doomed.effects.length -
      1 +
      [...load.killed].reduce((sum, [shell, before]) => sum + shell.effects.length - before, 0),
    answersNotHeard: load.questions.filter(({ confirmed, heard }) => confirmed && !heard).length,
    heldRanWithoutApproval: load.asked.effects.filter(
      (command) => !approved.has(command.match(/question_\d+/)?.[0] ?? ''),
    ).length,
  };
}

function onDecisions(inputs: readonly LogEntry[], written: readonly Decision[]) {
  const byPartition = Map.groupBy(inputs, ({ position }) => position.partition);
  const expected = [...byPartition.values()].flatMap((entries) => {
    const engine = new Engine();
    return entries.flatMap((entry) => {
      const record = inputRecordSchema.safeParse(JSON.parse(entry.value));
      if (!record.success) return [];
      return engine
        .process(entry, record.data)
        .flatMap((output) => (output.type === 'decision' ? [JSON.stringify(output.decision)] : []));
    });
  });
  const judged = written
    .filter(({ cause }) => cause === 'intent')
    .map((d) => `${d.agentId} ${d.sessionId} ${d.callId}`);
  const actual = new Set(written.map((decision) => JSON.stringify(decision)));
  return {
    decisionsTwice: written.length - new Set(written.map(({ decisionId }) => decisionId)).size,
    callsDecidedTwice: judged.length - new Set(judged).size,
    decisionsOtherwise:
      expected.filter((decision) => !actual.has(decision)).length + Math.max(0, actual.size - expected.length),
  };
}

/** Each unreadable record must be a dead letter, once at least: an owner that dies may bury it again. */
async function countPoison(log: KafkaLog): Promise<number> {
  const letters = (await readAll(log, TOPIC.dead)).filter(({ value }) => value.includes(POISON));
  const partitions = await log.source.partitions(TOPIC.inputs);
  return Math.max(0, partitions.length - letters.length);
}

async function throughEmbedded(folder: string, inputs: readonly LogEntry[], written: readonly Decision[]) {
  let otherwise = 0;
  for (const [partition, entries] of Map.groupBy(inputs, ({ position }) => position.partition)) {
    const decisions = written.filter(({ position }) => position.partition === partition);
    otherwise += await embeddedOtherwise(join(folder, `embedded-${partition}`), entries, decisions);
  }
  return otherwise;
}

/** Resolves when the owners have written everything that follows from what is on the log. */
async function untilJudged(log: KafkaLog): Promise<void> {
  for (let seen = ''; ; ) {
    const ends = await Promise.all([endsOf(log, TOPIC.decisions), decisionsDue(log)]);
    const now = JSON.stringify(ends);
    if (now === seen) return;
    seen = now;
    await pause(1000);
  }
}

/** How many decisions an engine makes of what is there. */
async function decisionsDue(log: KafkaLog): Promise<boolean> {
  const inputs = await readAll(log, TOPIC.inputs);
  const written = (await readAll(log, TOPIC.decisions)).map(({ value }) => JSON.parse(value) as Decision);
  return onDecisions(inputs, written).decisionsOtherwise === 0;
}

async function endsOf(log: KafkaLog, topic: TopicName): Promise<number[]> {
  const partitions = await log.source.partitions(topic);
  return Promise.all(partitions.map(async (partition) => (await log.source.end(topic, partition)).offset));
}

async function readAll(log: KafkaLog, topic: TopicName): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for (const partition of await log.source.partitions(topic)) {
    const until = await log.source.end(topic, partition);
    const { signal } = new AbortController();
    for await (const batch of log.source.read(topic, partition, { until, signal })) entries.push(...batch);
  }
  return entries;
}

/** Waits until the archive has caught up, then compares it with the log. */
async function countRows(cluster: Cluster, log: KafkaLog) {
  const sums = { rowsMissing: 0, rowsTwice: 0, rowsTooMany: 0 };
  if (cluster.slots.archiver.length === 0) return sums;
  const client = createClient({ url: cluster.clickhouse.url });
  try {
    for (const [topic, table] of Object.entries(ARCHIVED) as [keyof typeof ARCHIVED, string][]) {
      const entries = await readAll(log, topic);
      const places = new Set(entries.map(placeOf));
      const newest = new Map<number, number>();
      for (const { position } of entries) newest.set(position.partition, position.offset);
      for (;;) {
        const answer = await client.query({
          query: `SELECT partition, offset, index FROM haltwire.${table}_once`,
          format: 'JSONEachRow',
        });
        const rows = (await answer.json<{ partition: number; offset: string; index: number }>())
          // What was appended after we had read the log is nobody's fault.
          .filter(({ partition, offset }) => Number(offset) <= (newest.get(partition) ?? -1))
          .map(({ partition, offset, index }) => `${partition}/${offset}/${index}`);
        const distinct = new Set(rows);
        const missing = [...places].filter((place) => !distinct.has(place)).length;
        // It comes behind by itself; whoever waits for ever is told by the test's own limit.
        if (missing > 0) {
          await pause(200);
          continue;
        }
        sums.rowsTwice += rows.length - distinct.size;
        sums.rowsTooMany += [...distinct].filter((place) => !places.has(place)).length;
        break;
      }
    }
    return sums;
  } finally {
    await client.close();
  }
}

function placeOf({ position: { partition, offset, index } }: LogEntry): string {
  return `${partition}/${offset}/${index}`;
}

function commandOf(call: CallEvent): string {
  const args = call.claimed.arguments;
  return typeof args === 'object' && args !== null && 'command' in args ? String(args.command) : '';
}
