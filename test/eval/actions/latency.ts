import { quantileOf } from '../support/interval.ts';
import type { Metric } from '../support/metrics.ts';

/** Calls before the machine code is warm. */
const WARM_UP = 2000;

/** Times of the classifier and of the whole front, per call. */
export class Latency {
  readonly #classify: number[] = [];
  readonly #front: number[] = [];

  /** Counts one call; times in microseconds. */
  add(classifyUs: number, frontUs: number): void {
    this.#classify.push(classifyUs);
    this.#front.push(frontUs);
  }

  /** Calls so far. */
  get calls(): number {
    return this.#classify.length;
  }

  /** Quantiles and throughput of one core. The first calls warm up, where there are enough of them. */
  metrics(): Metric[] {
    const skip = this.calls > 2 * WARM_UP ? WARM_UP : 0;
    const classify = Float64Array.from(this.#classify.slice(skip)).sort();
    const front = Float64Array.from(this.#front.slice(skip)).sort();
    const n = classify.length;
    const exact = (name: string, value: number): Metric => ({ name, value, lo: value, hi: value, n });
    if (n === 0) return [];
    return [
      { name: 'latency.p50_us', ...quantileOf(classify, 0.5), n },
      { name: 'latency.p99_us', ...quantileOf(classify, 0.99), n },
      { name: 'latency.p999_us', ...quantileOf(classify, 0.999), n },
      exact('latency.max_us', classify[n - 1] ?? 0),
      { name: 'latency.front_p50_us', ...quantileOf(front, 0.5), n },
      { name: 'latency.front_p99_us', ...quantileOf(front, 0.99), n },
      exact('throughput.classify_calls_per_s', rate(classify)),
      exact('throughput.front_calls_per_s', rate(front)),
    ];
  }
}

function rate(times: Float64Array): number {
  return times.length / (times.reduce((sum, one) => sum + one, 0) / 1e6);
}
