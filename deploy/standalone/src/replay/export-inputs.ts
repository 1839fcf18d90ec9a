import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { LogEntry } from '@haltwire/schemas';
import { lineOf } from './file-log.ts';
import { readInputs } from './read-inputs.ts';
import type { RecordedLog } from './recorded-log.ts';
import type { ReplayRange } from './run-replay.ts';

/** What decides whether a record belongs to an export. */
interface Subject {
  readonly type?: unknown;
  readonly agentId?: unknown;
  readonly tenantId?: unknown;
}

function subjectOf(entry: LogEntry): Subject {
  try {
    const record: unknown = JSON.parse(entry.value);
    return typeof record === 'object' && record !== null ? record : {};
  } catch {
    return {};
  }
}

/** Policies are kept whatever their time: without them the rest would be judged by other rules. */
function belongs(entry: LogEntry, { from, agentId, tenantId }: ReplayRange): boolean {
  const subject = subjectOf(entry);
  if (tenantId !== undefined && subject.tenantId !== undefined && subject.tenantId !== tenantId) return false;
  if (subject.type === 'policy') return true;
  if (from !== undefined && entry.logTime < from) return false;
  return agentId === undefined || subject.agentId === undefined || subject.agentId === agentId;
}

/**
 * Writes the recorded inputs of a range as NDJSON, one log entry per line, readable with `--file`. What is about no agent in
 * particular (policies, ticks, claims) goes along. Answers how many records were written.
 */
export async function exportInputs(log: RecordedLog, range: ReplayRange, path: string): Promise<number> {
  const out = path === '-' ? process.stdout : createWriteStream(path, { mode: 0o600 });
  let records = 0;
  await readInputs(log, { what: 'exporting', to: range.to }, async (entry) => {
    if (!belongs(entry, range)) return;
    records += 1;
    if (!out.write(lineOf(entry))) await once(out, 'drain');
  });
  if (out !== process.stdout) {
    out.end();
    await finished(out);
  }
  return records;
}
