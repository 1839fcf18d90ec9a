import type { Finding } from '@haltwire/schemas';
import type { JudgeContext } from './context.ts';

/**
 * One invariant or indicator: a predicate over one call, with the sentence that proves it.
 *
 * Called once per judged call, in the order of the list. Pure; must not throw.
 */
export interface Check {
  readonly name: string;
  /** OWASP Agentic and MITRE ATLAS ids. */
  readonly tags: readonly string[];
  /** The proof in one sentence, or undefined when the call is clean. */
  readonly proof: (context: JudgeContext) => string | undefined;
}

/** A finding with its check's tags. */
export interface TaggedFinding extends Finding {
  readonly tags: readonly string[];
}

/** Runs the checks and keeps what they found. */
export function runChecks(checks: readonly Check[], context: JudgeContext): TaggedFinding[] {
  return checks.flatMap((check) => {
    const sentence = check.proof(context);
    return sentence === undefined ? [] : [{ name: check.name, sentence: sentence.slice(0, 600), tags: check.tags }];
  });
}
