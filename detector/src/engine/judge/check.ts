import type { Finding, IndicatorResponse } from '@haltwire/schemas';
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
  /**
   * Of an indicator: what it does by itself. `alert` (default) tells people, and holds only what has high impact; `hold`
   * asks a person whatever the impact. The policy may say otherwise.
   */
  readonly response?: 'alert' | 'hold';
  /** The proof in one sentence, or undefined when the call is clean. */
  readonly proof: (context: JudgeContext) => string | undefined;
}

/** A finding with its check's tags. */
export interface TaggedFinding extends Finding {
  readonly tags: readonly string[];
  /** What an indicator asks for. */
  readonly response?: 'alert' | 'hold' | undefined;
}

/** Runs the checks and keeps what they found. */
export function runChecks(checks: readonly Check[], context: JudgeContext): TaggedFinding[] {
  const findings: TaggedFinding[] = [];
  for (const check of checks) {
    const sentence = check.proof(context);
    if (sentence !== undefined) findings.push({ name: check.name, sentence: sentence.slice(0, 600), tags: check.tags });
  }
  return findings;
}

/** Runs indicators: like `runChecks`, with what the policy has each of them do. */
export function runIndicators(checks: readonly Check[], context: JudgeContext): TaggedFinding[] {
  const { indicators } = context.responses;
  const findings: TaggedFinding[] = [];
  for (const { name, tags, proof, response: own = 'alert' } of checks) {
    const response: IndicatorResponse = indicators.get(name) ?? own;
    if (response === 'off') continue;
    const sentence = proof(context);
    if (sentence !== undefined) findings.push({ name, sentence: sentence.slice(0, 600), tags, response });
  }
  return findings;
}
