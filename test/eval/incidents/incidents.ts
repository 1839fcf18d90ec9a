import { filesOf, rowsOf } from '../support/data-files.ts';
import type { EvalOptions, EvalResult } from '../support/eval.ts';
import { openFront } from '../support/front.ts';
import { type GroupMetric, Shares } from '../support/metrics.ts';
import { Progress } from '../support/progress.ts';
import { type PlayedSession, playCorpora, playSession } from './benign/corpus.ts';
import { lookAlikes } from './benign/look-alikes.ts';
import { Tally } from './benign/tally.ts';
import { checkNames } from './checks.ts';
import { Backgrounds } from './replay/background.ts';
import { Lane } from './replay/lane.ts';
import { Recorder } from './replay/session.ts';
import { checkTable, missLines, patternTable } from './report.ts';
import { planIncident } from './rules/incident.ts';
import { registryHash, rulesHash } from './rules-hash.ts';
import { type IncidentReport, IncidentsRun } from './run-incidents.ts';

/**
 * Whether the engine stops real incidents before their harm, and lets honest work pass.
 *
 * @throws Error when the data folder does not exist or a file in it cannot be read.
 */
export async function evaluateIncidents(options: EvalOptions): Promise<EvalResult> {
  const recorder = new Recorder(await openFront());
  const progress = new Progress(options.quiet);
  const shares = new Shares();
  const notes = [`rule set ${rulesHash()}`, `registry rules ${registryHash()}`];

  const benign = new Benign(shares, options.onMiss);
  const rows = await playCorpora(options.data, recorder, progress, (session) => benign.add(session));
  for (const session of lookAlikes) benign.addLookAlike(playSession(recorder, new Lane(), session));
  if (rows.size === 0) notes.push('no file of benign_traces_* in the data folder: incidents have no background');

  const run = new IncidentsRun(recorder, new Backgrounds(rows, recorder), shares, options);
  const files = options.data === undefined ? [] : filesOf(options.data, 'incidents*');
  if (files.length === 0) notes.push('no file of incidents* in the data folder: its metrics are left out');
  const reports: IncidentReport[] = [];
  for (const file of files) {
    for await (const row of rowsOf(file)) {
      reports.push(run.play(planIncident(row), reports.length));
      progress.tell('incidents', reports.length);
    }
  }
  progress.end();
  const groups = shares.groupMetrics();
  return {
    metrics: shares.metrics(),
    details: [...benign.rateMetrics(), ...groups.filter((group) => !isForPeople(group))],
    groups: groups.filter(isForPeople),
    debatable: [],
    notes: [...notes, ...checkTable(benign.tallies), ...patternTable(shares), ...missLines(reports)],
  };
}

/** Tables that the notes do not hold already, without a history; the rest is in the JSON. */
function isForPeople({ metric, key }: GroupMetric): boolean {
  return key !== 'pattern' && key !== 'kind' && !metric.includes('.warm.');
}

/** Counts honest sessions: traces cold and warm, look-alikes by themselves. */
class Benign {
  readonly tallies: readonly [Tally, Tally, Tally];
  readonly #onMiss: EvalOptions['onMiss'];

  constructor(shares: Shares, onMiss: EvalOptions['onMiss']) {
    const checks = checkNames();
    this.tallies = [
      new Tally('benign', shares, checks),
      new Tally('benign.warm', shares, checks),
      new Tally('look_alikes', shares, checks),
    ];
    this.#onMiss = onMiss;
  }

  add(played: PlayedSession): void {
    const [cold, warm] = this.tallies;
    cold.add(played, played.cold);
    warm.add(played, played.warm);
    this.#tell('benign.actions_held', played, played.cold);
    this.#tell('benign.warm.actions_held', played, played.warm);
  }

  addLookAlike(played: PlayedSession): void {
    this.tallies[2].add(played, played.cold);
    this.#tell('look_alikes.actions_held', played, played.cold);
  }

  rateMetrics() {
    return this.tallies.flatMap((tally) => tally.rateMetrics());
  }

  #tell(metric: string, { session }: PlayedSession, verdicts: PlayedSession['cold']): void {
    for (const [at, verdict] of verdicts.entries()) {
      if (verdict.said === 'allow') continue;
      const { call } = session.calls[at] ?? {};
      this.#onMiss?.({ metric, id: `${session.id}#${at}`, detail: { call, ...verdict } });
    }
  }
}
