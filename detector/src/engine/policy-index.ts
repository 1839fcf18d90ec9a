import type { CredentialUse, Effect, Operation, Policy } from '@haltwire/schemas';
import { readVerbs } from '@haltwire/schemas';

type AgentPolicy = Policy['agents'][string];
type TaskPolicy = Policy['tasks'][string];
type CredentialPolicy = Policy['credentials'][string];
type ResourcePolicy = Policy['resources'][string];

/** Three-valued: what nobody declared is unknown, which is never the same as forbidden. */
export type Standing = 'granted' | 'not-granted' | 'unknown';

/** A policy, compiled for look-ups by what calls carry. */
export class PolicyIndex {
  readonly policy: Policy;
  readonly #agents: ReadonlyMap<string, AgentPolicy>;
  readonly #tasks: ReadonlyMap<string, TaskPolicy>;
  readonly #byFingerprint: ReadonlyMap<string, { name: string; credential: CredentialPolicy }>;
  readonly #byMatch: ReadonlyMap<string, { name: string; resource: ResourcePolicy }>;
  readonly #paths: readonly { prefix: string; name: string; resource: ResourcePolicy }[];
  readonly #systems: ReadonlyMap<string, string>;
  readonly readOnlyTools: readonly string[];

  constructor(policy: Policy) {
    this.policy = policy;
    this.#agents = new Map(Object.entries(policy.agents));
    this.#tasks = new Map(Object.entries(policy.tasks));
    this.#byFingerprint = new Map(
      Object.entries(policy.credentials).map(([name, credential]) => [credential.fingerprint, { name, credential }]),
    );
    const resources = Object.entries(policy.resources);
    this.#byMatch = new Map(resources.map(([name, resource]) => [resource.match.toLowerCase(), { name, resource }]));
    this.#paths = resources
      .filter(([, resource]) => resource.match.startsWith('/'))
      .map(([name, resource]) => ({ prefix: resource.match, name, resource }));
    this.#systems = new Map(
      Object.entries(policy.systems).flatMap(([name, system]) =>
        system.hosts.map((host) => [host.toLowerCase(), name]),
      ),
    );
    this.readOnlyTools = Object.entries(policy.tools).flatMap(([name, tool]) => (tool.readOnly ? [name] : []));
  }

  agent(agentId: string): AgentPolicy | undefined {
    return this.#agents.get(agentId);
  }

  task(taskId: string | undefined): TaskPolicy | undefined {
    return taskId === undefined ? undefined : this.#tasks.get(taskId);
  }

  credential(fingerprint: string): { name: string; credential: CredentialPolicy } | undefined {
    return this.#byFingerprint.get(fingerprint);
  }

  /** The system behind a host, when the registry names it. */
  system(host: string | undefined): string | undefined {
    if (host === undefined) return undefined;
    const lower = host.toLowerCase();
    return this.#systems.get(lower) ?? this.#systems.get(lower.replace(/:\d+$/, ''));
  }

  /** What the registry knows of an effect's target: by id, then path, then host. */
  resource(effect: Effect): { name: string; resource: ResourcePolicy } | undefined {
    const { id, path, host } = effect.target;
    for (const candidate of [id, path, host]) {
      if (candidate === undefined) continue;
      const found = this.#byMatch.get(candidate.toLowerCase());
      if (found !== undefined) return found;
    }
    if (path === undefined) return undefined;
    return this.#paths.find(({ prefix }) => path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`));
  }

  /** Whether a credential was issued to this agent or for this task. */
  standing(use: CredentialUse, agentId: string, taskId: string | undefined): Standing {
    const agentGrants = this.agent(agentId)?.credentials;
    const taskGrants = this.task(taskId)?.credentials;
    if (agentGrants === undefined && taskGrants === undefined) return 'unknown';
    const name = this.credential(use.fingerprint)?.name;
    if (name === undefined) return 'not-granted';
    return agentGrants?.includes(name) === true || taskGrants?.includes(name) === true ? 'granted' : 'not-granted';
  }
}

/** Whether one of the operations covers the effect. `readsPass`: reads need no entry. */
export function covers(operations: readonly Operation[], effect: Effect, system: string, readsPass: boolean): boolean {
  if (readsPass && readVerbs.includes(effect.verb)) return true;
  return operations.some(
    (operation) =>
      (operation.verbs === undefined || operation.verbs.includes(effect.verb)) &&
      (operation.resources === undefined || operation.resources.includes(effect.resource)) &&
      (operation.systems === undefined || operation.systems.includes(system)),
  );
}
