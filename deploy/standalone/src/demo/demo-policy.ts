import { readFileSync } from 'node:fs';
import type { Policy } from '@haltwire/schemas';
import { parsePolicy } from '../policy/read-policy.ts';

/** What the shipped example cannot know beforehand. */
export interface DemoFacts {
  /** Fingerprints of the tokens made for this run. */
  readonly fingerprints: { readonly domains: string; readonly staging: string };
  /** `host:port` of the stand-in. */
  readonly apiHost: string;
}

const examplePath = new URL('../../examples/pocketos.policy.yaml', import.meta.url);

/** The shipped example policy, with the fingerprints and the address of this run put in. */
export function readDemoPolicy({ fingerprints, apiHost }: DemoFacts): Policy {
  const policy = parsePolicy(readFileSync(examplePath, 'utf8'), 'pocketos.policy.yaml');
  const { 'railway-domains': domains, 'railway-staging': staging } = policy.credentials;
  const railway = policy.systems.railway;
  if (domains === undefined || staging === undefined || railway === undefined) {
    throw new Error('the example policy lacks railway-domains, railway-staging or the system railway');
  }
  return {
    ...policy,
    credentials: {
      ...policy.credentials,
      'railway-domains': { ...domains, fingerprint: fingerprints.domains },
      'railway-staging': { ...staging, fingerprint: fingerprints.staging },
    },
    systems: { ...policy.systems, railway: { hosts: [...railway.hosts, apiHost] } },
  };
}
