/** Words for environments, the gravest first. */
const ENVIRONMENTS: readonly (readonly [string, RegExp])[] = [
  ['production', /\bprod(?:uction)?\b|\blive\b/i],
  ['staging', /\bstaging\b/i],
  ['development', /\bdev(?:elopment)?\b/i],
  ['test', /\btest (?:env\w*|data\w*)\b/i],
  ['local', /\blocal(?:host)?\b/i],
];

/** The environment that a text says was meant: the one that it names, if it names one only; `not …` names none. */
export function intendedEnvironment(text: string | undefined): string | undefined {
  const said = (text ?? '').replaceAll(/\b(?:not|never|no)\b[^,;]*/gi, ' ');
  const named = ENVIRONMENTS.filter(([, pattern]) => pattern.test(said));
  return named.length === 1 ? named[0]?.[0] : undefined;
}

/**
 * The environment that a text says was reached: the gravest that it names. `local` is none: a registry tells of what is
 * shared, and the machine of the person at work is nobody's sandbox.
 */
export function reachedEnvironment(text: string | undefined): string | undefined {
  const name = ENVIRONMENTS.find(([, pattern]) => pattern.test(text ?? ''))?.[0];
  return name === 'local' ? undefined : name;
}

const ONLY_READS =
  /\bread[- ]only\b|\bplan mode\b|\bfreeze\b|\bno changes\b|\btake no action\b|\b(?:suggest|investigat\w+|check|estimate|audit) only\b/i;

/** Whether a text limits the agent to reading. */
export function limitsToReading(text: string): boolean {
  return ONLY_READS.test(text);
}

/** Whether a person's message tells the agent to stop. */
export function tellsToStop(text: string): boolean {
  return /\bstop\b/i.test(text);
}

const FAILURE =
  /\b(?:error|errors|fail(?:s|ed|ure)?|refused|denied|den(?:y|ies)|rejected|blocked|mismatch|timed out|timeout|not found|conflict|locked|no success|no such)\b|\bexit(?: code)? [1-9]\d*\b|^[45]\d\d\b/i;

/** Whether the words for a result tell of a failure. */
export function tellsOfFailure(result: string): boolean {
  // What was done in spite of a block was done.
  return FAILURE.test(result.split(/\b(?:although|though|despite)\b/i)[0] ?? '');
}

/** How often a report says that a step was done: `300+ times`, `~180 agents`, `50+ levels`. At most `most`. */
export function repeatsOf(text: string, most: number): number {
  const [, count] = /(?<![\w.])~?(\d[\d,]*)\+?\s+(?:times|agents|levels|retries|attempts)\b/i.exec(text) ?? [];
  if (count !== undefined) return Math.min(most, Math.max(1, Number(count.replaceAll(',', ''))));
  return /\b(?:in a loop|without end|one call per)\b/i.test(text) ? Math.min(most, 10) : 1;
}
