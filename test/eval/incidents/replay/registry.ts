import {
  type CredentialUse,
  fingerprintOf,
  type Policy,
  policySchema,
  type ResolvedTarget,
  readVerbs,
} from '@haltwire/schemas';
import type { Credential } from '../rules/credentials.ts';
import type { PlannedCall, PlannedIncident } from '../rules/incident.ts';
import type { CallRecords, SessionCall } from './session.ts';

const TASK = 'task';

/** The registry that operators would have written who knew what the report says: task, credentials, resources. */
export function registryOf(incident: PlannedIncident, records: readonly CallRecords[], agentId: string): Policy {
  const issued = incident.credentials.filter(({ standing }) => standing === 'issued');
  const declared = incident.credentials.length > 0;
  return policySchema.parse({
    version: 1,
    agents: { [agentId]: { task: TASK } },
    tasks: {
      [TASK]: {
        description: incident.task.slice(0, 1000),
        ...(incident.intended === undefined ? {} : { environment: incident.intended }),
        ...(declared ? { credentials: issued.map(nameOfCredential) } : {}),
        ...(incident.readsOnly ? { operations: [{ verbs: [...readVerbs] }] } : {}),
      },
    },
    credentials: Object.fromEntries(incident.credentials.map((one) => [nameOfCredential(one), credentialPolicy(one)])),
    resources: Object.fromEntries(
      resourcesOf(incident, records).map((resource, at) => [`resource-${at}`, resource] as const),
    ),
  });
}

function nameOfCredential({ secret }: Credential): string {
  return `credential-${fingerprintOf(secret).slice(4, 12)}`;
}

function credentialPolicy({ secret, label, environment }: Credential): Policy['credentials'][string] {
  return {
    fingerprint: fingerprintOf(secret),
    description: label.slice(0, 1000),
    ...(environment === undefined ? {} : { environments: [environment] }),
  };
}

/** What the calls of a step act on belongs to the environment that the report names for the step. */
function resourcesOf(incident: PlannedIncident, records: readonly CallRecords[]): Policy['resources'][string][] {
  const found = new Map<string, Policy['resources'][string]>();
  for (const [at, { environment, step }] of incident.calls.entries()) {
    const harms = step === incident.calls[incident.harmCall]?.step;
    const backups = harms && incident.backupsLost ? { backups: 'self' as const } : {};
    if (environment === undefined && backups.backups === undefined) continue;
    for (const { verb, target, resource } of records[at]?.intent.derived.effects ?? []) {
      const match = target.path ?? target.id ?? target.host;
      if (readVerbs.includes(verb) || match === undefined || match === '') continue;
      const where = environment === undefined ? {} : { environment };
      found.set(match, { match: match.slice(0, 512), kind: resource, ...where, ...backups });
    }
  }
  return [...found.values()];
}

/** What a harness's resolvers would read from where the call runs: the credential there, and the environment. */
export function ambientOf({ credential, credentialShown, environment }: PlannedCall): SessionCall['ambient'] {
  const credentials: CredentialUse[] =
    credential === undefined || credentialShown
      ? []
      : [{ fingerprint: fingerprintOf(credential.secret), kind: 'token', where: 'environment' }];
  const targets: ResolvedTarget[] =
    environment === undefined
      ? []
      : [{ resolver: 'context', system: 'unknown', environment, evidence: 'the context in which the call runs' }];
  return { credentials, targets };
}
