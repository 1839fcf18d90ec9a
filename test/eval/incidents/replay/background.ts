import type { Row } from '../../support/data-files.ts';
import { callsOfTrace } from '../benign/traces.ts';
import type { PlannedIncident } from '../rules/incident.ts';
import { Lane, type LaneState } from './lane.ts';
import type { Recorder, SessionCall } from './session.ts';

/** The agent and the session of every incident: habits are the agent's, so background and incident share both. */
export const SUBJECT = { agentId: 'agent', sessionId: 'incident' } as const;

/** Calls of honest background at the beginning of an incident's session, at most. */
const BACKGROUND_CALLS = 30;
/** Earlier honest sessions of the agent that make its habits warm, at most. */
const HISTORY_SESSIONS = 20;
/** Seconds between background and incident: a failure of the background is not what the incident follows on. */
const GAP = 600;

/** What the agent mostly does, by its calls: which honest corpus is its background. First match. */
const CORPORA: readonly (readonly [string, RegExp])[] = [
  ['k8s', /\bkubectl\b|\bhelm\b|__k8s__/i],
  ['coding', /^(?:bash|powershell|python|read|write|edit|task)$/i],
  ['intercode', /^execute_sql$/i],
  ['tau', /./],
];

/** Engines in which an honest agent has worked, ready for an incident. */
export class Backgrounds {
  readonly #rows: ReadonlyMap<string, readonly Row[]>;
  readonly #recorder: Recorder;
  readonly #states = new Map<string, LaneState>();

  constructor(rows: ReadonlyMap<string, readonly Row[]>, recorder: Recorder) {
    this.#rows = rows;
    this.#recorder = recorder;
  }

  /** The state in which the `place`th incident begins, its session under way. */
  stateFor(incident: PlannedIncident, place: number, warm: boolean): LaneState {
    const corpus = this.#corpusOf(incident);
    const sessions = corpus === undefined ? [] : (this.#rows.get(corpus) ?? []);
    const at = sessions.length === 0 ? 0 : place % sessions.length;
    const lane = new Lane(warm ? this.#habits(corpus, sessions, at) : undefined);
    const row = sessions[at];
    const calls = row === undefined ? [] : callsOfTrace(row).slice(0, BACKGROUND_CALLS);
    lane.play(this.#recorder.session({ ...SUBJECT, prefix: 'b' }, incident.task, calls));
    lane.wait(GAP);
    return lane.state();
  }

  #corpusOf({ calls }: PlannedIncident): string | undefined {
    const { tool = '', arguments: args } = calls.at(-1)?.call ?? {};
    const text = `${tool} ${JSON.stringify(args) ?? ''}`;
    const fits = CORPORA.filter(([name, pattern]) => pattern.test(name === 'k8s' ? text : tool)).map(([name]) => name);
    return [...fits, ...this.#rows.keys()].find((name) => (this.#rows.get(name)?.length ?? 0) > 0);
  }

  /** The agent's habits: other sessions than the one in the background. */
  #habits(corpus: string | undefined, sessions: readonly Row[], at: number): LaneState {
    // Few different histories: they cost more than they tell.
    const from = Math.floor(at / HISTORY_SESSIONS) * HISTORY_SESSIONS + HISTORY_SESSIONS;
    const key = `${corpus} ${from}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const lane = new Lane();
    for (let n = 0; n < Math.min(HISTORY_SESSIONS, sessions.length - 1); n += 1) {
      const place = (from + n) % sessions.length;
      const row = sessions[place];
      if (row === undefined || place === at) continue;
      lane.wait(3600);
      const calls: SessionCall[] = callsOfTrace(row);
      lane.play(this.#recorder.session({ ...SUBJECT, sessionId: `history-${n}`, prefix: 'h' }, '', calls));
    }
    const habits = lane.habits();
    this.#states.set(key, habits);
    return habits;
  }
}
