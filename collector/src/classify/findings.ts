import { type CredentialUse, type Effect, MAX_EFFECTS } from '@haltwire/schemas';
import { LIMITS } from './config.ts';
import { type EffectDraft, impactOf, rate } from './impact.ts';
import { cut, cutTarget } from './text.ts';

/** What one classification has found so far. The families add to it; nobody takes away. */
export class Findings {
  readonly effects: Effect[] = [];
  readonly credentials: readonly CredentialUse[];
  /** Paths and URLs that the call reads, in order. */
  readonly sources: string[] = [];
  opaque: string | undefined;
  secretHunt: { evidence: string } | undefined;
  /** Something names secrets: the call is not plainly read-only. */
  sensitive = false;
  #commands = 0;
  #nodes = 0;
  #text = 0;
  #tokens = 0;
  #grammar = 0;
  #added = 0;
  #mildest: number | undefined;
  #spent = false;
  #stopped = false;

  constructor(credentials: readonly CredentialUse[]) {
    this.credentials = credentials;
  }

  /** Rates and records an effect. Past the cap the gravest are kept, and one unknown stands for the rest. */
  add(draft: EffectDraft): void {
    this.#added++;
    const effect = toEffect(draft);
    if (this.effects.length < MAX_EFFECTS - 1) {
      this.effects.push(effect);
      return;
    }
    if (this.effects.length === MAX_EFFECTS - 1) {
      this.unclear('more effects than are kept');
      this.effects.push(toEffect({ verb: 'unknown', resource: 'unknown', system: draft.system, evidence: 'overflow' }));
    }
    // Looked for again only when the mildest has changed: most of what comes past the cap is no graver.
    this.#mildest ??= this.#findMildest();
    const kept = this.effects[this.#mildest];
    if (kept === undefined || impactOf(effect) <= impactOf(kept)) return;
    this.effects[this.#mildest] = effect;
    this.#mildest = undefined;
  }

  /**
   * Part of the call was left unread because there is too much of it. Padding must not hide an act: what nobody reads
   * counts as grave.
   */
  unread(reason: string): void {
    this.unclear(reason);
    if (this.#spent) return;
    this.#spent = true;
    this.add({
      verb: 'unknown',
      resource: 'unknown',
      system: 'unknown',
      scope: 'many',
      destructiveness: 0.8,
      evidence: reason,
      confidence: 0.3,
    });
  }

  /** Something could not be read. The first reason is kept. */
  unclear(reason: string): void {
    this.opaque ??= cut(reason, 300);
  }

  /** The call looks for secrets. The first evidence is kept. */
  hunt(evidence: string): void {
    this.secretHunt ??= { evidence: cut(evidence, 300) };
    this.sensitive = true;
  }

  source(pathOrUrl: string): void {
    if (this.sources.length < 64) this.sources.push(cut(pathOrUrl, 512));
  }

  /** Adds what another reading of the same call found beyond this one. */
  include(other: Findings): void {
    const known = new Set(this.effects.map((effect) => JSON.stringify(effect)));
    for (const effect of other.effects) if (!known.has(JSON.stringify(effect))) this.add(effect);
    for (const source of other.sources) if (!this.sources.includes(source)) this.source(source);
    this.opaque ??= other.opaque;
    this.secretHunt ??= other.secretHunt;
    this.sensitive ||= other.sensitive;
    this.#tokens += other.steps;
  }

  /** Counts a walked command; false when the budget is spent. */
  spendCommand(): boolean {
    return ++this.#commands <= LIMITS.commands || this.#exhausted('more commands than are walked');
  }

  /** Counts a visited node of a syntax tree; false when the budget is spent. */
  spendNode(): boolean {
    return ++this.#nodes <= LIMITS.nodes || this.#exhausted('more shell than is walked');
  }

  /** Counts expanded characters; false when the budget is spent. */
  spendText(length: number): boolean {
    this.#text += length;
    return this.#text <= LIMITS.expandedText || this.#exhausted('more expanded text than is kept');
  }

  /** Whether PostgreSQL's grammar may still be asked about so much text of this call. Without it tokens are read. */
  spendGrammar(length: number): boolean {
    this.#grammar += length + LIMITS.sqlAsked;
    return this.#grammar <= LIMITS.sqlParsed + LIMITS.sqlAsked;
  }

  /**
   * Work done so far: nodes, commands, tokens, effects, and text by the kilobyte. What a classification costs, counted
   * in steps and not in time.
   */
  get steps(): number {
    return this.#nodes + this.#commands + this.#tokens + this.#added + Math.ceil(this.#text / 1024);
  }

  /** Counts tokens that a reader without a budget of its own went through. */
  countTokens(tokens: number): void {
    this.#tokens += tokens;
  }

  /** The budget is spent: what is left need not be looked at, it is accounted for. */
  get stopped(): boolean {
    return this.#stopped;
  }

  #exhausted(reason: string): false {
    this.#stopped = true;
    this.unread(reason);
    return false;
  }

  #findMildest(): number {
    let found = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const [index, effect] of this.effects.entries()) {
      // The one that stands for the rest stays.
      const impact = effect.evidence === 'overflow' ? Number.POSITIVE_INFINITY : impactOf(effect);
      if (impact < least) [found, least] = [index, impact];
    }
    return found;
  }
}

function toEffect(draft: EffectDraft): Effect {
  const rating = rate(draft);
  const effect: Effect = {
    verb: draft.verb,
    resource: cut(draft.resource, 64) || 'unknown',
    system: cut(draft.system, 64),
    target: cutTarget(draft.target ?? {}),
    ...rating,
    evidence: cut(draft.evidence, 300),
    confidence: draft.confidence ?? 0.9,
  };
  if (draft.credentialRef !== undefined) effect.credentialRef = draft.credentialRef;
  return effect;
}
