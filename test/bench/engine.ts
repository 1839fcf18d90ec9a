import { Engine } from '@haltwire/detector';
import { type InputRecord, inputRecordSchema, type LogEntry } from '@haltwire/schemas';
import { row } from './report.ts';

const effect = {
  verb: 'read',
  resource: 'file',
  system: 'filesystem',
  target: { path: '/work/src/index.ts' },
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

/** Engine alone: intents judged per second on one core; beside it, what reading the record from the log costs. */
export function benchEngine(count = 30_000): void {
  const entries = records(count, 100);
  const engine = new Engine();
  const parsed: InputRecord[] = [];
  const readStart = process.hrtime.bigint();
  for (const entry of entries) parsed.push(inputRecordSchema.parse(JSON.parse(entry.value)));
  const readNs = Number(process.hrtime.bigint() - readStart) / count;
  const start = process.hrtime.bigint();
  entries.forEach((entry, index) => {
    engine.process(entry, parsed[index] as InputRecord);
  });
  const judgeNs = Number(process.hrtime.bigint() - start) / count;
  row(
    'engine: judge one intent',
    `${(judgeNs / 1000).toFixed(1)} us`,
    `${Math.round(1e9 / judgeNs).toLocaleString('en-US')}/s per core`,
  );
  row(
    'engine: read one record (JSON + zod)',
    `${(readNs / 1000).toFixed(1)} us`,
    `${(readNs / judgeNs).toFixed(2)}x of judging`,
  );
}
