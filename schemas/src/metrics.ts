/** What a metric counts or shows. */
export interface MetricSpec {
  /** One sentence for the operator. */
  readonly help: string;
  /** `counter`: a sum since start, which only grows. `gauge`: the present value. */
  readonly type: 'counter' | 'gauge';
  /** Names of what it is told apart by; few values each. Default: none. */
  readonly labels?: readonly string[] | undefined;
}

/**
 * A part's metrics as data, by name in camelCase or with dots: what is exposed and what the docs list both come from it.
 * A plain string is the help of a counter without labels.
 */
export type MetricTable = Readonly<Record<string, string | MetricSpec>>;

/**
 * Values of a table's metrics. One with labels has a key for each set of values: its name, then the values in the order
 * of its labels, joined by dots (`records.rejected.unparsable`); only the first label's values may hold dots.
 */
export type MetricValues = Readonly<Record<string, number>>;
