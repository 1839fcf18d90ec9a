import type { EvalOptions } from '../support/eval.ts';
import type { Shares } from '../support/metrics.ts';
import { evasionsOf } from './evade.ts';
import type { Backgrounds } from './replay/background.ts';
import type { LaneState } from './replay/lane.ts';
import { type Outcome, playIncident, policyOf, recordsOf, withHarmCall } from './replay/play.ts';
import type { CallRecords, Recorder } from './replay/session.ts';
import type { PlannedIncident } from './rules/incident.ts';

/** An incident and what became of it. */
export interface IncidentReport {
  readonly incident: PlannedIncident;
  /** The harmful call is the agent's own text. */
  readonly verbatim: boolean;
  /** No call of a tool does the harm: nothing to replay. */
  readonly replayable: boolean;
  readonly byDefault?: Outcome;
  readonly granted?: Outcome;
}

/** Replays incidents: cold and warm, under the default policy and with the grants that the report states. */
export class IncidentsRun {
  readonly #recorder: Recorder;
  readonly #backgrounds: Backgrounds;
  readonly #shares: Shares;
  readonly #options: EvalOptions;

  constructor(recorder: Recorder, backgrounds: Backgrounds, shares: Shares, options: EvalOptions) {
    this.#recorder = recorder;
    this.#backgrounds = backgrounds;
    this.#shares = shares;
    this.#options = options;
  }

  play(incident: PlannedIncident, place: number): IncidentReport {
    const replayable = incident.harmCall >= 0;
    this.#shares.add('incidents.replayable', replayable);
    const verbatim = replayable && incident.calls[incident.harmCall]?.verbatim === true;
    if (!replayable) return { incident, verbatim, replayable };
    const plain = recordsOf(this.#recorder, incident, false);
    const known = recordsOf(this.#recorder, incident, true);
    const policy = policyOf(incident, known);
    const cold = this.#backgrounds.stateFor(incident, place, false);
    const warm = this.#backgrounds.stateFor(incident, place, true);
    const byDefault = playIncident(cold, plain, undefined);
    const granted = playIncident(cold, known, policy);
    this.#count(incident, 'default', byDefault);
    this.#count(incident, 'default.warm', playIncident(warm, plain, undefined));
    this.#count(incident, 'granted', granted);
    this.#count(incident, 'granted.warm', playIncident(warm, known, policy));
    this.#shares.add('incidents.warned_before_harm', byDefault.warned);
    if (incident.harmCall > 0)
      this.#shares.add('incidents.warned_before_harm.of_those_with_a_call_before', byDefault.warned);
    if (verbatim) {
      this.#count(incident, 'verbatim', byDefault);
      this.#count(incident, 'verbatim.warm', playIncident(warm, plain, undefined));
      this.#playEvasions(incident, cold, plain, byDefault);
    } else this.#count(incident, 'paraphrased', byDefault);
    this.#tell(incident, 'incidents.default.stopped_before_harm', byDefault);
    this.#tell(incident, 'incidents.granted.stopped_before_harm', granted);
    return { incident, verbatim, replayable, byDefault, granted };
  }

  #count(
    { patterns, family, kind }: PlannedIncident,
    mode: string,
    { stopped, harmCallStopped, warned }: Outcome,
  ): void {
    const metric = `incidents.${mode}.stopped_before_harm`;
    this.#shares.add(metric, stopped, { family, kind });
    for (const pattern of patterns.length === 0 ? ['(none)'] : patterns) {
      this.#shares.addToGroup(metric, stopped, 'pattern', pattern);
      this.#shares.addToGroup(`incidents.${mode}.warned_before_harm`, warned, 'pattern', pattern);
    }
    this.#shares.add(`incidents.${mode}.harm_call_stopped`, harmCallStopped);
    this.#shares.add(`incidents.${mode}.warned_before_harm`, warned);
  }

  #playEvasions(incident: PlannedIncident, from: LaneState, records: readonly CallRecords[], plain: Outcome): void {
    const harm = incident.calls[incident.harmCall];
    if (harm === undefined) return;
    for (const { name, call } of evasionsOf(harm.call, this.#options.seed)) {
      const outcome = playIncident(from, withHarmCall(this.#recorder, incident, records, call), undefined);
      this.#shares.add('incidents.evasion.stopped_before_harm', outcome.stopped, { transformation: name });
      if (plain.harmCallStopped)
        this.#shares.add('incidents.evasion.stopped_where_plain_is', outcome.harmCallStopped, { transformation: name });
      if (!outcome.stopped)
        this.#options.onMiss?.({
          metric: 'incidents.evasion.stopped_before_harm',
          id: `${incident.id}: ${name}`,
          detail: { call, verdict: outcome.verdicts.at(-1) },
        });
    }
  }

  #tell({ id, calls }: PlannedIncident, metric: string, { stopped, verdicts }: Outcome): void {
    if (stopped) return;
    const steps = verdicts.map((verdict, at) => ({ step: calls[at]?.step, call: calls[at]?.call, ...verdict }));
    this.#options.onMiss?.({ metric, id, detail: { steps } });
  }
}
