import type { GroupMetric, Metric } from './metrics.ts';

/** What an evaluation is given. */
export interface EvalOptions {
  /** Folder of the data files; any subset of them will do. */
  readonly data: string | undefined;
  /** Of what is generated; the same seed gives the same. */
  readonly seed: number;
  /** No progress lines. */
  readonly quiet: boolean;
  /** Called with every row that was answered wrongly. */
  readonly onMiss: ((miss: Miss) => void) | undefined;
}

/** A row that was answered wrongly. */
export interface Miss {
  readonly metric: string;
  readonly id: string;
  /** What was asked and what was seen; for the file that `--misses` names, never for the report. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A label that people may dispute, and why; known by its id. */
export interface Debatable {
  readonly metric: string;
  readonly id: string;
  readonly reason: string;
}

/** What an evaluation found. */
export interface EvalResult {
  readonly metrics: readonly Metric[];
  readonly groups: readonly GroupMetric[];
  /** For the JSON only: people read them in a table of the notes. */
  readonly details?: readonly Metric[];
  /** Debatable labels that counted as misses. */
  readonly debatable: readonly Debatable[];
  /** Further lines for people. */
  readonly notes: readonly string[];
}

/** One evaluation: a folder below `test/eval`. */
export type Evaluation = (options: EvalOptions) => Promise<EvalResult>;
