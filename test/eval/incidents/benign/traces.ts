import { listOf, type Row, textOf } from '../../support/data-files.ts';
import type { SessionCall } from '../replay/session.ts';

/** The corpora of whole honest sessions; a further file of the name `benign_traces_*` is found without a line here. */
export const TRACES = 'benign_traces_*';

/** Seconds between calls where a trace tells no times. */
const USUAL_GAP = 2;

/** The calls of an honest session. `err`, `ok: false` and an exit code other than 0 are failures. */
export function callsOfTrace(row: Row): SessionCall[] {
  const calls = listOf(row, 'calls');
  const gap = typeof row.duration_s === 'number' ? row.duration_s / Math.max(1, calls.length) : USUAL_GAP;
  let now = -gap;
  return calls.map((call) => {
    // A trace may tell times of some calls only, and calls may have run side by side.
    now = typeof call.t === 'number' ? Math.max(now, call.t) : now + gap;
    const failed = (call.err !== undefined && call.err !== null) || call.ok === false || isBadExit(call.exit);
    const text = textOf(call, 'err');
    return {
      call: { tool: textOf(call, 'tool') || 'unknown', arguments: call.args ?? {} },
      at: now,
      result: {
        status: failed ? 'error' : 'ok',
        text,
        ...(isBadExit(call.exit) ? { errorType: `exit_${call.exit}` } : {}),
      },
    };
  });
}

function isBadExit(exit: unknown): boolean {
  return typeof exit === 'number' && exit !== 0;
}

/** An agent's name as an id. */
export function agentOf(row: Row): string {
  return textOf(row, 'agent').slice(0, 200) || 'agent';
}
