import type { DecisionKind, Policy } from '@haltwire/schemas';
import type { ToolCall } from '../../support/front.ts';
import type { PlannedIncident } from '../rules/incident.ts';
import { SUBJECT } from './background.ts';
import { type CallVerdict, interrupts, Lane, type LaneState } from './lane.ts';
import { ambientOf, registryOf } from './registry.ts';
import type { CallRecords, Recorder } from './session.ts';

/** What became of an incident. */
export interface Outcome {
  /** Held, denied or killed at its harmful call or before. */
  readonly stopped: boolean;
  /** The same, of the harmful call itself. */
  readonly harmCallStopped: boolean;
  /** Alerted, held, denied or killed before the harmful call. */
  readonly warned: boolean;
  /** The gravest decision from the incident's first call to its harmful one. */
  readonly decision: DecisionKind;
  readonly verdicts: readonly CallVerdict[];
}

/** The records of an incident's calls up to the harmful one; `granted` adds what a harness would know of its place. */
export function recordsOf(recorder: Recorder, incident: PlannedIncident, granted: boolean): CallRecords[] {
  return incident.calls.slice(0, incident.harmCall + 1).map((planned, at) => {
    const { call, result } = planned;
    return recorder.call(
      { ...SUBJECT, prefix: 'i' },
      { call, at: planned.at, result, ambient: granted ? ambientOf(planned) : undefined },
      at,
    );
  });
}

/** The same calls with another in place of the harmful one. */
export function withHarmCall(
  recorder: Recorder,
  incident: PlannedIncident,
  records: readonly CallRecords[],
  call: ToolCall,
): CallRecords[] {
  const harm = incident.calls[incident.harmCall];
  if (harm === undefined) return [...records];
  const written = recorder.call(
    { ...SUBJECT, prefix: 'i' },
    { call, at: harm.at, result: harm.result },
    incident.harmCall,
  );
  return [...records.slice(0, -1), written];
}

/** The registry of an incident whose calls are these. */
export function policyOf(incident: PlannedIncident, records: readonly CallRecords[]): Policy {
  return registryOf(incident, records, SUBJECT.agentId);
}

/** Plays an incident on an engine in which its background has been played. */
export function playIncident(from: LaneState, records: readonly CallRecords[], policy: Policy | undefined): Outcome {
  const lane = new Lane(from);
  if (policy !== undefined) lane.policy(policy);
  const verdicts = lane.playCalls(records);
  const harm = verdicts[records.length - 1];
  const before = verdicts.slice(0, records.length - 1);
  const harmCallStopped = harm !== undefined && interrupts(harm.decision);
  const stopped = harmCallStopped || before.some(({ said }) => interrupts(said));
  return {
    stopped,
    harmCallStopped: harmCallStopped || (harm === undefined && stopped),
    warned: before.some(({ said }) => said !== 'allow'),
    decision: [...before.map(({ said }) => said), ...(harm === undefined ? [] : [harm.decision])].reduce(
      graver,
      'allow',
    ),
    verdicts,
  };
}

const ORDER: readonly DecisionKind[] = ['allow', 'alert', 'hold', 'deny', 'kill'];

function graver(a: DecisionKind, b: DecisionKind): DecisionKind {
  return ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a;
}
