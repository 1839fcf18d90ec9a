/** Why something is not ready, in words that anybody may read; undefined when it is. */
export type Check = () => string | undefined | Promise<string | undefined>;

/** Options of `remembered`. */
export interface RememberedOptions {
  /** How long an answer is good for, ms. Default 1000. */
  readonly freshMs?: number | undefined;
  /** When to answer `late`, ms. Default 2000. */
  readonly timeoutMs?: number | undefined;
  /** What it means when there is no answer in time. */
  readonly late: string;
}

/**
 * A check that asks another server: at most once a second however often we are asked, and never for long.
 *
 * - `freshMs`: 1000 (default); `timeoutMs`: 2000 (default)
 *
 * @example
 * host.addCheck('clickhouse', remembered(async () => ((await client.ping()).success ? undefined : 'no answer'), { late: 'no answer' }));
 */
export function remembered(check: Check, { freshMs = 1000, timeoutMs = 2000, late }: RememberedOptions): Check {
  let asked: { at: number; answer: Promise<string | undefined> } | undefined;
  return () => {
    const now = performance.now();
    if (asked !== undefined && now - asked.at < freshMs) return asked.answer;
    const timeout = new Promise<string>((resolve) => setTimeout(resolve, timeoutMs, late).unref());
    const answer = Promise.race([Promise.resolve().then(check), timeout]);
    asked = { at: now, answer };
    return answer;
  };
}
