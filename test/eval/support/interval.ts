/** A share with its 95 % confidence interval. */
export interface Interval {
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
}

const Z = 1.959964;

/**
 * Wilson's score interval of a share; honest for small numbers and at 0 and 1, where the plain one has no width.
 *
 * @example
 * wilson(0, 100) // { value: 0, lo: 0, hi: 0.037 }
 */
export function wilson(hits: number, n: number): Interval {
  if (n === 0) return { value: Number.NaN, lo: 0, hi: 1 };
  const share = hits / n;
  const centre = share + Z ** 2 / (2 * n);
  const width = Z * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  const scale = 1 + Z ** 2 / n;
  return {
    value: share,
    lo: hits === 0 ? 0 : (centre - width) / scale,
    hi: hits === n ? 1 : (centre + width) / scale,
  };
}

/** A quantile of sorted samples, between the order statistics that hold it 95 times of 100. */
export function quantileOf(sorted: ArrayLike<number>, q: number): Interval {
  const n = sorted.length;
  if (n === 0) return { value: Number.NaN, lo: Number.NaN, hi: Number.NaN };
  const at = (rank: number): number => sorted[Math.min(n - 1, Math.max(0, Math.floor(rank)))] ?? Number.NaN;
  const width = Z * Math.sqrt(n * q * (1 - q));
  return { value: at(n * q), lo: at(n * q - width), hi: at(n * q + width) };
}
