import { isIP } from 'node:net';
import type { Policy } from '@haltwire/schemas';
import { PolicyIndex } from '../../engine/policy-index.ts';
import type { Evidence } from './evidence.ts';
import type { Act } from './facts.ts';

/** What parsers call a system of which only the protocol is known. */
const GENERIC = new Set(['http', 'https', 'network', 'unknown', 'graphql', 'ssh']);

/** Whether a text may stand as a name in a policy. */
export function isName(text: string): boolean {
  return /^[\w.@:/-]{1,120}$/.test(text);
}

/** A name made from a text, that the section does not have yet. */
export function freeName(text: string, taken: Readonly<Record<string, unknown>>): string {
  const base = text.replace(/[^\w.@:/-]+/g, '-').slice(0, 100) || 'unnamed';
  let name = base;
  for (let n = 2; Object.hasOwn(taken, name); n += 1) name = `${base}-${n}`;
  return name;
}

/** Hosts of this machine and bare addresses say nothing about a system. */
export function isNamableHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return name !== 'localhost' && isIP(name) === 0 && isName(host);
}

/** Which system answers at which host: as declared, as the classifier knows, else named after the host. */
export class SystemNames {
  readonly #declared: PolicyIndex;
  readonly #byHost = new Map<string, { name: string; evidence: Evidence }>();

  constructor(policy: Policy, hosts: readonly { system: string; host: string; evidence: Evidence }[]) {
    this.#declared = new PolicyIndex(policy);
    for (const { system, host, evidence } of hosts) {
      if (!isNamableHost(host) || this.#declared.system(host) !== undefined) continue;
      const known = this.#byHost.get(host);
      const name = GENERIC.has(system) || !isName(system) ? host : system;
      if (known === undefined || known.name === host) this.#byHost.set(host, { name, evidence });
    }
  }

  /** Hosts that no system is declared for, by name and host. */
  proposed(): { name: string; host: string; evidence: Evidence }[] {
    return [...this.#byHost].map(([host, one]) => ({ host, ...one })).sort((a, b) => (a.host < b.host ? -1 : 1));
  }

  /** The system of an act, as the engine will see it under the proposed policy. */
  of({ system, host }: Act): string {
    if (host === undefined) return system;
    return this.#declared.system(host) ?? this.#byHost.get(host.toLowerCase())?.name ?? system;
  }
}
