import type { Decision, InputRecord, LogEntry, Policy } from '@haltwire/schemas';
import { Engine } from '../engine/engine.ts';
import type { Output } from '../engine/outputs.ts';
import { readRecord } from '../runner/read-record.ts';
import { type Difference, differencesOf, interrupts } from './compare.ts';
import { lookBefore, PolicyRun } from './policy-run.ts';
import { type ReplayTally, Tally } from './tally.ts';

/** Options of `Replay`. */
export interface ReplayOptions {
  /** What would be decided under it is shown. Default: the policies that the log itself holds. */
  readonly policy?: Policy | undefined;
  /** What `policy` is compared with. Default: the policies that the log itself holds. */
  readonly against?: Policy | undefined;
  /** Which decisions are counted and compared; all are made. Default: all. */
  readonly counts?: ((decision: Decision) => boolean) | undefined;
  /** Differences that are kept; more are counted only. Default 10 000. */
  readonly maxDifferences?: number | undefined;
}

/** How far the decisions that the log holds were given again. */
export interface Fidelity {
  /** Decisions that the log holds for the records that were read. */
  readonly recorded: number;
  /** Of those, given again with the same content. */
  readonly same: number;
  /** ... and byte for byte, with the chain over everything before them. */
  readonly identical: number;
}

/** What two runs over the same inputs make of them. */
export interface ReplayReport {
  readonly records: number;
  /** Records that the engine cannot take: as the server does, it goes on without them. */
  readonly unreadable: number;
  /** Log time of the first and the last record, ms. */
  readonly firstTime?: number | undefined;
  readonly lastTime?: number | undefined;
  /** What the right side is compared with. */
  readonly basis: 'decisions in the log' | 'recorded policy' | 'other policy';
  /** Undefined where the log holds no decisions and no policy was given: then there is only one side. */
  readonly was?: ReplayTally | undefined;
  readonly wouldBe: ReplayTally;
  /** Events that cannot have happened under the policy: they followed from calls that it stops. */
  readonly silenced: number;
  readonly differences: readonly Difference[];
  /** Differences beyond those that were kept. */
  readonly moreDifferences: number;
  /** Sessions with a difference, also beyond those that were kept. */
  readonly differingSessions: number;
  readonly fidelity?: Fidelity | undefined;
}

/** The runs of one partition. */
interface Partition {
  readonly recorded: Engine;
  readonly policy: PolicyRun | undefined;
  readonly against: PolicyRun | undefined;
}

/**
 * Runs the engine over recorded inputs, under the recorded policies or others, and compares what it decides.
 *
 * Pure but for its own memory, which is bounded but for the keys of sessions that were interrupted or differ. Records of one
 * partition must come in log order; partitions may be mixed, each has an engine of its own.
 *
 * @example
 * const replay = new Replay({ policy });
 * for (const entry of entries) replay.process(entry);
 * console.log(replay.report().differences);
 */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #partitions = new Map<number, Partition>();
  readonly #was = new Tally();
  readonly #wouldBe = new Tally();
  readonly #differences: Difference[] = [];
  readonly #differing = new Set<string>();
  readonly #changedSessions = new Set<string>();
  #more = 0;
  #records = 0;
  #unreadable = 0;
  #firstTime: number | undefined;
  #lastTime: number | undefined;
  #fidelity: Fidelity | undefined;

  constructor(options: ReplayOptions = {}) {
    this.#options = options;
  }

  /** Takes one record, and the decisions that the log holds for it where the log has any. Answers what the engine decides. */
  process(entry: LogEntry, inLog?: readonly Decision[]): readonly Decision[] {
    this.#records += 1;
    this.#firstTime = Math.min(this.#firstTime ?? entry.logTime, entry.logTime);
    this.#lastTime = Math.max(this.#lastTime ?? entry.logTime, entry.logTime);
    const record = readRecord(entry.value);
    if (typeof record === 'string') {
      this.#unreadable += 1;
      return [];
    }
    try {
      return this.#judge(entry, record, inLog);
    } catch {
      this.#unreadable += 1;
      return [];
    }
  }

  report(): ReplayReport {
    const { policy, against } = this.#options;
    const hasLeft = policy !== undefined || this.#fidelity !== undefined;
    return {
      records: this.#records,
      unreadable: this.#unreadable,
      firstTime: this.#firstTime,
      lastTime: this.#lastTime,
      basis: against !== undefined ? 'other policy' : policy !== undefined ? 'recorded policy' : 'decisions in the log',
      was: hasLeft ? this.#was.read() : undefined,
      wouldBe: this.#wouldBe.read(),
      silenced: [...this.#partitions.values()].reduce((sum, one) => sum + (one.policy?.silencedEvents ?? 0), 0),
      differences: this.#differences,
      moreDifferences: this.#more,
      differingSessions: this.#differing.size,
      fidelity: this.#fidelity,
    };
  }

  #judge(entry: LogEntry, record: InputRecord, inLog: readonly Decision[] | undefined): readonly Decision[] {
    const runs = this.#partition(entry.position.partition);
    const before = lookBefore(runs.recorded, record);
    const recorded = decisionsOf(runs.recorded.process(entry, record));
    if (inLog !== undefined) this.#compareWithLog(recorded, inLog);
    const under = (run: PolicyRun | undefined) =>
      run === undefined ? undefined : decisionsOf(run.process(entry, record, runs.recorded, before));
    const policy = under(runs.policy);
    const against = under(runs.against);
    const wouldBe = policy ?? recorded;
    const was = against ?? (policy === undefined ? inLog : recorded);
    this.#count(was, wouldBe);
    return wouldBe;
  }

  #partition(partition: number): Partition {
    let found = this.#partitions.get(partition);
    if (found === undefined) {
      const { policy, against } = this.#options;
      found = {
        recorded: new Engine(),
        policy: policy === undefined ? undefined : new PolicyRun(policy),
        against: against === undefined ? undefined : new PolicyRun(against),
      };
      this.#partitions.set(partition, found);
    }
    return found;
  }

  #count(was: readonly Decision[] | undefined, wouldBe: readonly Decision[]): void {
    const { counts = () => true } = this.#options;
    for (const decision of was ?? []) if (counts(decision)) this.#was.add(decision);
    for (const decision of wouldBe) if (counts(decision)) this.#wouldBe.add(decision);
    if (was === undefined) return;
    for (const difference of differencesOf(was.filter(counts), wouldBe.filter(counts))) this.#keep(difference);
  }

  #keep(difference: Omit<Difference, 'afterEarlier'>): void {
    const { sessionKey, was, wouldBe } = difference;
    this.#differing.add(sessionKey);
    const afterEarlier = this.#changedSessions.has(sessionKey);
    if (interrupts(was) !== interrupts(wouldBe)) this.#changedSessions.add(sessionKey);
    if (this.#differences.length < (this.#options.maxDifferences ?? 10_000))
      this.#differences.push({ ...difference, afterEarlier });
    else this.#more += 1;
  }

  #compareWithLog(made: readonly Decision[], inLog: readonly Decision[]): void {
    const known = this.#fidelity ?? { recorded: 0, same: 0, identical: 0 };
    const pairs = inLog.map((decision, place) => ({ decision, other: made[place] }));
    this.#fidelity = {
      recorded: known.recorded + Math.max(inLog.length, made.length),
      same: known.same + pairs.filter(({ decision, other }) => contentOf(decision) === contentOf(other)).length,
      identical: known.identical + pairs.filter(({ decision, other }) => decision.hash === other?.hash).length,
    };
  }
}

function decisionsOf(outputs: readonly Output[]): Decision[] {
  return outputs.flatMap((output) => (output.type === 'decision' ? [output.decision] : []));
}

/** A decision without its place in the chain. */
function contentOf(decision: Decision | undefined): string {
  return JSON.stringify({ ...decision, prevHash: '', hash: '' });
}
