import type { Operation, Policy } from '@haltwire/schemas';
import type { Evidence } from './evidence.ts';
import type { Act, Fact } from './facts.ts';
import { SystemNames } from './names.ts';
import type { Observer } from './observer.ts';

/** A line of the suggestion, and why it stands there. */
export interface Reason {
  readonly path: readonly string[];
  readonly comment: string;
}

/** From how much on a list may be closed: what is not on it will be refused. */
export interface Thresholds {
  readonly minSessions: number;
  readonly minCalls: number;
}

/** Facts of one kind, with how often each was seen. */
export type Seen<K extends Fact['kind']> = readonly (Extract<Fact, { kind: K }> & { readonly evidence: Evidence })[];

/** A suggestion in the making: starts from what is declared already. */
export class Draft {
  readonly policy: Policy;
  readonly observer: Observer;
  readonly reasons: Reason[] = [];
  readonly leftOut: string[] = [];
  readonly systems: SystemNames;
  /** Names of credentials by fingerprint. */
  readonly credentials: Map<string, string>;
  readonly #thresholds: Thresholds;
  readonly #facts: readonly (Fact & { readonly evidence: Evidence })[];

  constructor(observer: Observer, thresholds: Thresholds) {
    this.observer = observer;
    this.policy = structuredClone(observer.policy);
    this.#thresholds = thresholds;
    this.#facts = observer.counts.entries().map(([name, evidence]) => ({ ...(JSON.parse(name) as Fact), evidence }));
    this.systems = new SystemNames(this.policy, this.of('host'));
    this.credentials = new Map(
      Object.entries(this.policy.credentials).map(([name, { fingerprint }]) => [fingerprint, name]),
    );
  }

  of<K extends Fact['kind']>(kind: K): Seen<K> {
    return this.#facts.filter((fact) => fact.kind === kind) as unknown as Seen<K>;
  }

  because(path: readonly string[], comment: string): void {
    this.reasons.push({ path, comment });
  }

  /** Whether enough was seen to refuse everything else. */
  isEnough({ sessions, calls }: Evidence): boolean {
    return sessions >= this.#thresholds.minSessions && calls >= this.#thresholds.minCalls;
  }

  /** Says that too little was seen for a list. */
  leaveOut(path: string, { calls, sessions }: Evidence): void {
    this.leftOut.push(
      `${path}: only ${plural(calls, 'call')} in ${plural(sessions, 'session')}: too few to refuse everything else`,
    );
  }

  /** Acts as operations, one per system. */
  operationsOf(acts: readonly Act[]): Operation[] {
    const bySystem = Map.groupBy(acts, (act) => this.systems.of(act));
    return [...bySystem]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([system, own]) => ({
        systems: [system],
        resources: [...new Set(own.map(({ resource }) => resource))].sort(),
        verbs: [...new Set(own.map(({ verb }) => verb))].sort(),
      }));
  }
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** The evidence of a line in words. */
export function evidenceText({ calls, sessions, first, last }: Evidence): string {
  return `${plural(calls, 'call')} in ${plural(sessions, 'session')}, ${day(first)} to ${day(last)} UTC`;
}

/** Evidence for several facts that one line stands for. Sessions that showed several of them are not told apart. */
export function together(all: readonly Evidence[]): Evidence {
  return {
    calls: all.reduce((sum, { calls }) => sum + calls, 0),
    sessions: Math.max(0, ...all.map(({ sessions }) => sessions)),
    first: Math.min(...all.map(({ first }) => first)),
    last: Math.max(...all.map(({ last }) => last)),
  };
}
