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

function records(count: number, agents: number): LogEntry[] {
  return Array.from({ length: count }, (_, offset) => {
    const agentId = `agent-${offset % agents}`;
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
      seq: Math.floor(offset / agents),
      phase: 'intent',
      callId: `c${offset}`,
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
  return [{ ...judge, beside: `${ratios(judge, read, 'reading')}; with reading ${perSecond}/s per core` }, read];
}
