import { evasionSamples } from '../evasion/evasion.ts';
import { filesOf, rowsOf } from '../support/data-files.ts';
import type { Debatable, EvalOptions, EvalResult } from '../support/eval.ts';
import { type Front, openFront, type Reading } from '../support/front.ts';
import { Shares } from '../support/metrics.ts';
import { Progress } from '../support/progress.ts';
import { debatableOf, isDisputed } from './debatable.ts';
import { Latency } from './latency.ts';
import { type Seen, seenOf } from './seen.ts';
import { dataSets } from './sets/index.ts';
import type { Sample } from './sets/set.ts';

const EVASION_ROUNDS = 5;

/**
 * How well a call is understood: each row becomes a call, goes through the collector's front (normalise, redact,
 * classify), and is asked about.
 *
 * @throws Error when the data folder does not exist or a file in it cannot be read.
 */
export async function evaluateActions(options: EvalOptions): Promise<EvalResult> {
  const front = await openFront();
  const run = new ActionsRun(options, front);
  const progress = new Progress(options.quiet);
  const notes: string[] = [];
  for (const set of options.data === undefined ? [] : dataSets) {
    const files = filesOf(options.data ?? '', set.name);
    if (files.length === 0) notes.push(`no file of ${set.name} in the data folder: its metrics are left out`);
    for (const file of files) {
      for await (const row of rowsOf(file)) {
        for (const sample of set.samples(row)) run.ask(sample);
        progress.tell(set.name, run.latency.calls);
      }
    }
  }
  progress.end();
  // After the data, so that our own inputs warm nothing; and not timed, because nobody sends such a mix.
  for (const sample of evasionSamples(front, { seed: options.seed, rounds: EVASION_ROUNDS })) run.ask(sample, false);
  return run.result(notes);
}

class ActionsRun {
  readonly latency = new Latency();
  readonly #options: EvalOptions;
  readonly #front: Front;
  readonly #shares = new Shares();
  readonly #debatable: Debatable[] = [];

  constructor(options: EvalOptions, front: Front) {
    this.#options = options;
    this.#front = front;
  }

  ask(sample: Sample, timed = true): void {
    const reading = this.#front.read(sample.call);
    if (timed) this.latency.add(reading.classifyUs, reading.frontUs);
    const seen = seenOf(reading.derived, sample.call);
    for (const question of sample.questions) {
      const hit = question.hit(seen);
      this.#shares.add(question.metric, hit, question.groups);
      if (question.right !== undefined && isDisputed(question.metric)) {
        const disputed = debatableOf(question.metric, sample.id) !== undefined;
        if (!disputed) this.#shares.add(`${question.metric}.undisputed`, hit);
      }
      if (question.right === undefined || hit === question.right) continue;
      this.#missed(sample, question.metric, seen, reading);
    }
  }

  #missed(sample: Sample, metric: string, seen: Seen, reading: Reading): void {
    const debatable = debatableOf(metric, sample.id);
    if (debatable !== undefined) this.#debatable.push(debatable);
    const { effects, opaque, credentials } = reading.derived;
    const { destructive, highImpact } = seen;
    this.#options.onMiss?.({
      metric,
      id: sample.id,
      detail: { call: sample.call, destructive, highImpact, opaque, effects, credentials },
    });
  }

  result(notes: readonly string[]): EvalResult {
    const metrics = [...this.#shares.metrics(), ...this.latency.metrics()];
    const deletions = metrics
      .filter(({ name }) => name.endsWith('.deletion_rate'))
      .map(({ name, n }) => `${name.replace('.deletion_rate', '')}: ${this.#shares.hits(name)} of ${n} calls delete`);
    return {
      metrics,
      groups: this.#shares.groupMetrics(),
      debatable: this.#debatable,
      notes: [...deletions, ...notes],
    };
  }
}
