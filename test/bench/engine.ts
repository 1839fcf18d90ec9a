import { Engine } from '@haltwire/detector';
import { type InputRecord, inputRecordSchema, type LogEntry } from '@haltwire/schemas';
import { type Row, ratios, rowOf } from './report.ts';

const effect = {
  verb: 'read',
  resource: 'file',
  system: 'filesystem',
  target: { path: '/srv/app/src/index.ts' },
  scope: 'one',
  reversibility: 'reversible',
  destructiveness: 0,
  touchesBackups: false,
  evidence: 'shell: cat argument 1',
  confidence: 1,
};

/** Calls of so many agents in turns; each call is so many of these phases. */
function records(count: number, agents: number, phases: readonly string[] = ['intent']): LogEntry[] {
  return Array.from({ length: count }, (_, offset) => {
    const place = Math.floor(offset / phases.length);
    const agentId = `agent-${place % agents}`;
    const record = {
      type: 'call',
      v: 1,
      eventId: `evt_${offset}`,
      tenantId: 'default',
      agentId,
      rootAgentId: agentId,
      sessionId: 's',
      origin: 'sdk',
      producer: 'p',
      seq: Math.floor(place / agents) * phases.length + (offset % phases.length),
      phase: phases[offset % phases.length],
      callId: `c${place}`,
      claimed: { tool: { name: 'shell' }, arguments: { command: 'cat src/index.ts' }, digest: 'a'.repeat(64) },
      observed: { keyId: 'k', transport: 'otlp/http+json', bytes: 600 },
      derived: { effects: [effect], worst: 0, readOnly: true, credentials: [], secretsSeen: [] },
    };
    return {
      position: { partition: 0, offset, index: 0 },
      logTime: offset,
      key: agentId,
      value: JSON.stringify(record),
    };
  });
}

const ROUNDS = 5;

/** Engine alone: to judge one intent on one core; beside it, what reading the record from the log costs. */
export function benchEngine(count = 60_000): Row[] {
  const entries = records(count, 100);
  const engine = new Engine();
  const reading: number[] = [];
  const judging: number[] = [];
  for (const entry of entries) {
    const begun = performance.now();
    const record: InputRecord = inputRecordSchema.parse(JSON.parse(entry.value));
    const read = performance.now();
    engine.process(entry, record);
    reading.push((read - begun) * 1000);
    judging.push((performance.now() - read) * 1000);
  }
  // The first of the rounds warms up.
  const rounds = (samples: readonly number[]): number[][] =>
    Array.from({ length: ROUNDS }, (_, round) =>
      samples.slice((count / (ROUNDS + 1)) * (round + 1), (count / (ROUNDS + 1)) * (round + 2)),
    );
  const read = rowOf('engine: read one record (JSON, zod)', rounds(reading));
  const judge = rowOf('engine: judge one intent', rounds(judging));
  const perSecond = Math.round(1e6 / (judge.p50 + read.p50)).toLocaleString('en-US');
  return [
    { ...judge, beside: `${ratios(judge, read, 'reading')}; with reading ${perSecond}/s per core` },
    read,
    benchCalls(count),
  ];
}

/** The engine alone over whole calls: asked, started, ended. */
function benchCalls(count: number): Row {
  const inputs = records(count, 100, ['intent', 'started', 'result']).map((entry) => ({
    entry,
    record: inputRecordSchema.parse(JSON.parse(entry.value)),
  }));
  const engine = new Engine();
  const perEvent: number[] = [];
  const length = Math.floor(count / (ROUNDS + 1));
  for (let round = 0; round <= ROUNDS; round += 1) {
    const begun = performance.now();
    for (const { entry, record } of inputs.slice(round * length, (round + 1) * length)) engine.process(entry, record);
    if (round > 0) perEvent.push(((performance.now() - begun) * 1000) / length);
  }
  const row = rowOf(
    'engine: one event of a whole call (intent, started, result)',
    perEvent.map((one) => [one]),
  );
  return { ...row, beside: `${Math.round(1e6 / row.p50).toLocaleString('en-US')} events/s per core` };
}
