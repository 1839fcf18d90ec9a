import { basename } from 'node:path';
import { readVerbs } from '@haltwire/schemas';
import { filesOf, type Row, rowsOf, textOf } from '../../support/data-files.ts';
import type { Progress } from '../../support/progress.ts';
import { type CallVerdict, Lane } from '../replay/lane.ts';
import type { Recorder, SessionCall, SessionRecords } from '../replay/session.ts';
import { agentOf, callsOfTrace, TRACES } from './traces.ts';

/** The corpora in a data folder: the file's name says which it is. */
export function corporaOf(data: string | undefined): { readonly corpus: string; readonly file: string }[] {
  if (data === undefined) return [];
  return filesOf(data, TRACES).map((file) => ({ corpus: corpusOf(file), file }));
}

/** `benign_traces_swe.dev.jsonl.gz` is `swe`. */
function corpusOf(file: string): string {
  return (
    basename(file)
      .split('.')[0]
      ?.replace(/^benign_traces_/, '') ?? file
  );
}

/** The honest sessions of every corpus, each with no history of its agent (cold) and after the agent's earlier ones (warm). */
export async function playCorpora(
  data: string | undefined,
  recorder: Recorder,
  progress: Progress,
  take: (session: PlayedSession) => void,
): Promise<Map<string, Row[]>> {
  const rows = new Map<string, Row[]>();
  for (const { corpus, file } of corporaOf(data)) {
    const lanes = new Map<string, Lane>();
    const taken: Row[] = [];
    rows.set(corpus, taken);
    for await (const row of rowsOf(file)) {
      const agentId = agentOf(row);
      const lane = lanes.get(agentId) ?? new Lane();
      lanes.set(agentId, lane);
      const sessionId = textOf(row, 'id').slice(0, 200) || `s${taken.length}`;
      take(
        playSession(recorder, lane, {
          corpus,
          id: sessionId,
          agentId,
          task: textOf(row, 'task_prompt'),
          calls: callsOfTrace(row),
        }),
      );
      taken.push(row);
      progress.tell(`benign ${corpus}`, taken.length);
    }
  }
  return rows;
}

/** An honest session to be played. */
export interface HonestSession {
  readonly corpus: string;
  readonly id: string;
  readonly agentId: string;
  readonly task: string;
  readonly calls: readonly SessionCall[];
}

/** An honest session and what the engine said of its calls. */
export interface PlayedSession {
  readonly session: HonestSession;
  readonly readOnly: readonly boolean[];
  readonly cold: readonly CallVerdict[];
  readonly warm: readonly CallVerdict[];
}

/** Plays a session on an engine of its own and on the agent's. */
export function playSession(recorder: Recorder, warmLane: Lane, session: HonestSession): PlayedSession {
  const { agentId, id, task, calls } = session;
  const records = recorder.session({ agentId, sessionId: id, prefix: 'c' }, task, calls);
  warmLane.wait(3600);
  return { session, readOnly: readOnlyCalls(records), cold: new Lane().play(records), warm: warmLane.play(records) };
}

/** A call whose every effect, by the classifier, is reading, listing or searching. */
function readOnlyCalls({ calls }: SessionRecords): boolean[] {
  return calls.map(({ intent: { derived } }) => derived.effects.every(({ verb }) => readVerbs.includes(verb)));
}
