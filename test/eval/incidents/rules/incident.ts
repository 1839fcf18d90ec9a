import type { Row } from '../../support/data-files.ts';
import { listOf, textOf } from '../../support/data-files.ts';
import type { ToolCall } from '../../support/front.ts';
import { actOf, actsIn, READING } from './acts.ts';
import { callOf } from './call.ts';
import {
  type Credential,
  carriesShown,
  credentialOf,
  filledIn,
  isConnection,
  secretOf,
  showsSecrets,
} from './credentials.ts';
import {
  intendedEnvironment,
  limitsToReading,
  reachedEnvironment,
  repeatsOf,
  tellsOfFailure,
  tellsToStop,
} from './facts.ts';
import { toolFamilyOf } from './tools.ts';

/** One call of an incident, ready to be replayed. */
export interface PlannedCall {
  /** Place of its step in the report. */
  readonly step: number;
  readonly verbatim: boolean;
  readonly call: ToolCall;
  /** Seconds after the incident's first call. */
  readonly at: number;
  readonly result: { readonly status: 'ok' | 'error'; readonly text: string };
  readonly credential: Credential | undefined;
  /** The credential stands in the call's arguments; else the call takes it from where it runs. */
  readonly credentialShown: boolean;
  /** Environment that the report names for this step. */
  readonly environment: string | undefined;
}

/** An incident as a session: what happened, and what the report says that people had declared. */
export interface PlannedIncident {
  readonly id: string;
  readonly kind: string;
  readonly family: string;
  readonly patterns: readonly string[];
  readonly task: string;
  readonly calls: readonly PlannedCall[];
  /** Index in `calls` of the call that does the harm; -1 when no call of a tool does. */
  readonly harmCall: number;
  readonly intended: string | undefined;
  readonly reached: string | undefined;
  /** The report says that the agent was to read only. */
  readonly readsOnly: boolean;
  /** Step at which a person said stop. */
  readonly stoppedAt: number | undefined;
  /** The backups went with the resource. */
  readonly backupsLost: boolean;
  readonly credentials: readonly Credential[];
}

/** Repetitions that are replayed of one step, at most. */
const MOST_REPEATS = 60;
/** Seconds between two calls of which the report says nothing. */
const USUAL_GAP = 20;
const REPEAT_GAP = 5;

/** Turns a report into a session. The same rules for every report. */
export function planIncident(row: Row): PlannedIncident {
  const steps = listOf(row, 'steps');
  const harmStep = typeof row.harm_step === 'number' ? row.harm_step : steps.length - 1;
  const calls = planCalls(steps, harmStep, row);
  const before = steps.slice(0, harmStep + 1);
  const declared = [textOf(row, 'environment_intended'), textOf(row, 'task'), ...before.filter(isFact).map(wordsOf)];
  const stoppedAt = before.findIndex(
    (step) => isFact(step) && /user/i.test(textOf(step, 'tool')) && tellsToStop(wordsOf(step)),
  );
  const credentials = new Map(
    calls.flatMap(({ credential }) => (credential === undefined ? [] : [[credential.label, credential] as const])),
  );
  return {
    id: textOf(row, 'id'),
    kind: textOf(row, 'kind'),
    family: textOf(row, 'family'),
    patterns: Array.isArray(row.patterns) ? row.patterns.map(String) : [],
    task: textOf(row, 'task'),
    calls,
    harmCall: calls.findLastIndex(({ step }) => step <= harmStep),
    intended: intendedEnvironment(textOf(row, 'environment_intended')),
    reached: reachedEnvironment(textOf(row, 'environment_hit')),
    readsOnly: declared.some(limitsToReading) || onlyReads(textOf(row, 'task')),
    stoppedAt: stoppedAt === -1 ? undefined : stoppedAt,
    backupsLost: row.backups_lost === true,
    credentials: [...credentials.values()],
  };
}

/** A task that speaks of reading and of nothing else. */
function onlyReads(task: string): boolean {
  const acts = actsIn(task);
  return acts.length > 0 && acts.every((act) => READING.has(act));
}

const isFact = (step: Row): boolean => step.event_kind !== 'tool_call';
const wordsOf = (step: Row): string => `${textOf(step, 'args')} ${textOf(step, 'result')}`;

function planCalls(steps: readonly Row[], harmStep: number, row: Row): PlannedCall[] {
  const planned: PlannedCall[] = [];
  const planner = new Planner(steps);
  for (const [at, step] of steps.entries()) {
    if (at > harmStep || isFact(step)) continue;
    const one = planner.plan(step, at, at === harmStep ? textOf(row, 'environment_hit') : '');
    const times = repeatsOf(wordsOf(step), MOST_REPEATS);
    for (let time = 0; time < times; time += 1) planned.push({ ...one, at: one.at + time * REPEAT_GAP });
    planner.pass((times - 1) * REPEAT_GAP);
  }
  return planned;
}

/** Plans one step after the other, remembering what the earlier ones showed. */
class Planner {
  readonly #steps: readonly Row[];
  #time = -USUAL_GAP;
  #label: string | undefined;
  #shown: string | undefined;
  #lastCommand: string | undefined;

  constructor(steps: readonly Row[]) {
    this.#steps = steps;
  }

  pass(seconds: number): void {
    this.#time += seconds;
  }

  plan(step: Row, at: number, hit: string): PlannedCall {
    const words = textOf(step, 'args');
    const verbatim = step.args_verbatim === true;
    const credential = this.#credentialOf(step);
    const filled = credential === undefined ? undefined : filledIn(words, credential.secret);
    const carried = carriesShown(words) ? this.#shown : undefined;
    const said = callOf({
      tool: textOf(step, 'tool'),
      args: filled ?? words,
      verbatim,
      carried,
      lastCommand: this.#lastCommand,
    });
    const signed =
      filled === undefined && credential !== undefined ? signedCall(said, credential, verbatim) : undefined;
    const call = signed ?? said;
    this.#time = Math.max(
      this.#time + 1,
      typeof step.t_offset_s === 'number' ? step.t_offset_s : this.#time + USUAL_GAP,
    );
    this.#lastCommand = commandOf(call) ?? this.#lastCommand;
    return {
      step: at,
      verbatim,
      call,
      at: this.#time,
      result: this.#resultOf(step, at),
      credential,
      credentialShown: filled !== undefined || signed !== undefined,
      environment: reachedEnvironment(textOf(step, 'environment')) ?? reachedEnvironment(hit),
    };
  }

  #credentialOf(step: Row): Credential | undefined {
    const words = textOf(step, 'credential');
    if (words === '') return undefined;
    const credential = credentialOf(words, this.#label, reachedEnvironment);
    this.#label = credential.label;
    return credential;
  }

  /** The report's words; where they say that secrets were shown, one is: the one that is used later, if it was found. */
  #resultOf(step: Row, at: number): PlannedCall['result'] {
    const text = textOf(step, 'result');
    if (tellsOfFailure(text)) return { status: 'error', text };
    const reads = READING.has(actOf(`${textOf(step, 'tool')} ${textOf(step, 'args')}`)?.name ?? 'run') || isRead(step);
    const shows = showsSecrets(text) || (reads && showsSecrets(textOf(step, 'args')));
    if (!shows || !(reads || /\bshown\b|\bfound\b/i.test(text))) return { status: 'ok', text };
    const later = this.#steps
      .slice(at + 1)
      .map((one) => textOf(one, 'credential'))
      .find((words) => words !== '' && credentialOf(words, undefined, reachedEnvironment).standing === 'found');
    this.#shown = later === undefined ? secretOf(`${at} ${text}`) : secretOf(later);
    return { status: 'ok', text: `${text}\nAPI_TOKEN=${this.#shown}` };
  }
}

function isRead(step: Row): boolean {
  const family = toolFamilyOf(textOf(step, 'tool'));
  return family.family === 'file' && family.does === 'read';
}

function commandOf({ arguments: args }: ToolCall): string | undefined {
  return typeof args === 'object' && args !== null && 'command' in args && typeof args.command === 'string'
    ? args.command
    : undefined;
}

/**
 * Requests and functions carry their credential themselves. Shells take it from where they run, save that a connection
 * string stands before a paraphrased command; what the agent wrote stays as it is.
 */
function signedCall(call: ToolCall, { secret }: Credential, verbatim: boolean): ToolCall | undefined {
  const { arguments: args } = call;
  if (typeof args !== 'object' || args === null) return undefined;
  const command = commandOf(call);
  if (command !== undefined && !verbatim && isConnection(secret))
    return { ...call, arguments: { ...args, command: `DATABASE_URL='${secret}' ${command}` } };
  if ('method' in args) return { ...call, arguments: { ...args, headers: { Authorization: `Bearer ${secret}` } } };
  return 'input' in args ? { ...call, arguments: { ...args, access_token: secret } } : undefined;
}
