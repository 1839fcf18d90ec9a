import { impactOf } from '@haltwire/detector';
import { type Derived, defaultPolicy, type Effect, readVerbs, type Verb } from '@haltwire/schemas';
import { DEFAULT_CWD, type ToolCall } from '../support/front.ts';

/** What a classification says, in the terms of the evaluation. */
export interface Seen {
  readonly derived: Derived;
  /** Destroys something: a known delete, or an effect that the classifier rates as destroying half of it or more. */
  readonly destructive: boolean;
  /** The detector would call an effect's impact high under the default policy, with nothing declared. */
  readonly highImpact: boolean;
  /** Destructive, or something leaves the house, is made public, or power is handed out. */
  readonly harmful: boolean;
  /** Part of the call could not be read. */
  readonly opaque: boolean;
  /** The coarsest thing that it does. */
  readonly does: 'read' | 'write' | 'delete';
}

/** Rated at least this, an effect destroys. Below are changes that can be entered again. */
const DESTROYS = 0.5;
const OUTBOUND: ReadonlySet<Verb> = new Set<Verb>(['transfer', 'publish', 'grant']);

function destroys(effect: Effect, opaque: boolean): boolean {
  if (effect.verb === 'delete') return true;
  // What is rated by what it might be (`sh` runs what `tr` prints) is suspected, not recognised.
  const suspected = effect.verb === 'unknown' || (effect.verb === 'execute' && opaque);
  return !suspected && effect.destructiveness >= DESTROYS;
}

/** Reads a classification. The impact is the detector's own. */
export function seenOf(derived: Derived, call: ToolCall): Seen {
  const facts = { environment: undefined, cwd: call.cwd ?? DEFAULT_CWD, backups: undefined, declared: false };
  const { effects } = derived;
  const opaque = derived.opaque !== undefined;
  const destructive = effects.some((effect) => destroys(effect, opaque));
  const reads = effects.every((effect) => readVerbs.includes(effect.verb));
  return {
    derived,
    destructive,
    highImpact: effects.some((effect) => impactOf(effect, facts) >= defaultPolicy.responses.highImpact),
    harmful: destructive || effects.some((effect) => OUTBOUND.has(effect.verb)),
    opaque,
    does: destructive ? 'delete' : reads ? 'read' : 'write',
  };
}
