import type { CredentialUse, Effect, IndicatorResponse, Limits, Operation, Policy } from '@haltwire/schemas';
import { readVerbs } from '@haltwire/schemas';
import { environmentName, environmentWeight } from './judge/environments.ts';
import { type Freeze, freezesOf } from './policy/freezes.ts';
import { type Standing as StandingApproval, standingOf } from './policy/standing.ts';

type AgentPolicy = Policy['agents'][string];
type TaskPolicy = Policy['tasks'][string];
type CredentialPolicy = Policy['credentials'][string];
type ResourcePolicy = Policy['resources'][string];

/** An entry of the registry's resources. */
export interface Declared {
  readonly name: string;
  readonly resource: ResourcePolicy;
}

/** A path without the slash at its end. */
function bare(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** A host in one spelling, with and without its port: lower case, no dot at its end. An address of IPv6 alone has no port. */
function hostForms(host: string): [full: string, portless: string] {
  const lower = host.toLowerCase();
  const [, name = lower, port = ''] = /^(\[.*\]|[^:]*)(:\d+)?$/.exec(lower) ?? [];
  const plain = name.replace(/\.$/, '');
  return [plain + port, plain];
}

/** What the policy answers in one part of the work. */
export interface Responses {
  readonly highImpact: number;
  /** Of indicators that do not do what they do by default. */
  readonly indicators: ReadonlyMap<string, IndicatorResponse>;
}

/** An agent's entry with what its role says where it says nothing itself. */
function withRole(agent: AgentPolicy, role: Policy['roles'][string]): AgentPolicy {
  return {
    ...agent,
    task: agent.task ?? role.task,
    credentials: agent.credentials ?? role.credentials,
    operations: agent.operations ?? role.operations,
    limits: { ...role.limits, ...agent.limits },
  };
}

function weightOf({ resource }: Declared): number {
  const environment = resource.environment === undefined ? 0 : environmentWeight(resource.environment);
  return environment + (resource.backups === 'self' ? 1 : 0);
}

/** Three-valued: what nobody declared is unknown, which is never the same as forbidden. */
export type Standing = 'granted' | 'not-granted' | 'unknown';

/** A policy, compiled for look-ups by what calls carry. */
export class PolicyIndex {
  readonly policy: Policy;
  readonly #agents: ReadonlyMap<string, AgentPolicy>;
  readonly #tasks: ReadonlyMap<string, TaskPolicy>;
  readonly #byFingerprint: ReadonlyMap<string, { name: string; credential: CredentialPolicy }>;
  readonly #byMatch: ReadonlyMap<string, Declared>;
  /** Longest first: the nearest folder above a path speaks for it. */
  readonly #paths: readonly (Declared & { readonly path: string })[];
  readonly #systems: ReadonlyMap<string, string>;
  readonly #backupsOn: ReadonlyMap<string, readonly string[]>;
  readonly #environments: ReadonlyMap<string, string>;
  readonly #responses: Responses;
  readonly freezes: readonly Freeze[];
  readonly standingApprovals: readonly StandingApproval[];
  readonly readOnlyTools: readonly string[];

  constructor(policy: Policy) {
    this.policy = policy;
    this.#environments = new Map(
      Object.entries(policy.environments).flatMap(([name, aliases]) =>
        [name, ...aliases].map((alias) => [alias.toLowerCase(), environmentName(name)]),
      ),
    );
    const { highImpact, indicators } = policy.responses;
    this.#responses = { highImpact, indicators: new Map(Object.entries(indicators)) };
    this.freezes = freezesOf(policy);
    this.standingApprovals = standingOf(policy);
    this.#agents = new Map(
      Object.entries(policy.agents).map(([name, agent]) => {
        const role = agent.role === undefined ? undefined : policy.roles[agent.role];
        return [name, role === undefined ? agent : withRole(agent, role)];
      }),
    );
    this.#tasks = new Map(Object.entries(policy.tasks));
    this.#byFingerprint = new Map(
      Object.entries(policy.credentials).map(([name, credential]) => [credential.fingerprint, { name, credential }]),
    );
    const resources = Object.entries(policy.resources);
    this.#byMatch = new Map(resources.map(([name, resource]) => [hostForms(resource.match)[0], { name, resource }]));
    const holders = new Map<string, string[]>();
    for (const [name, { backupsOn }] of resources) {
      if (backupsOn !== undefined) holders.set(backupsOn, [...(holders.get(backupsOn) ?? []), name]);
    }
    this.#backupsOn = holders;
    this.#paths = resources
      .filter(([, resource]) => resource.match.startsWith('/'))
      .map(([name, resource]) => ({ path: bare(resource.match), name, resource }))
      .sort((a, b) => b.path.length - a.path.length);
    this.#systems = new Map(
      Object.entries(policy.systems).flatMap(([name, system]) =>
        system.hosts.map((host) => [hostForms(host)[0], name]),
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

  /** The one name of an environment, by the policy's aliases and the usual ones. */
  environmentName(name: string): string {
    return environmentName(name, this.#environments);
  }

  /** Registry names of the resources whose backups lie on this one. */
  backupsOn(resource: string): readonly string[] | undefined {
    return this.#backupsOn.get(resource);
  }

  /** What an agent and its task may do by declaration, together; undefined = not declared. */
  operations(agentId: string, taskId: string | undefined): readonly Operation[] | undefined {
    const agent = this.agent(agentId)?.operations;
    const task = this.task(taskId)?.operations;
    return agent === undefined ? task : task === undefined ? agent : [...agent, ...task];
  }

  /** How much an agent may do: its task's numbers before its own. */
  limits(agentId: string, taskId: string | undefined): Limits {
    return { ...this.agent(agentId)?.limits, ...this.task(taskId)?.limits };
  }

  /** The responses for a part of the work: the first rule that fits, over the policy's own. */
  responsesFor(agentId: string, taskId: string | undefined, environment: string | undefined): Responses {
    const { rules } = this.policy;
    if (rules.length === 0) return this.#responses;
    const role = this.agent(agentId)?.role;
    const fits = (list: readonly string[] | undefined, one: string | undefined): boolean =>
      list === undefined || (one !== undefined && list.includes(one));
    const rule = rules.find(
      (one) =>
        fits(one.agents, agentId) &&
        fits(one.roles, role) &&
        fits(one.tasks, taskId) &&
        fits(
          one.environments?.map((name) => this.environmentName(name)),
          environment,
        ),
    );
    if (rule === undefined) return this.#responses;
    return {
      highImpact: rule.highImpact ?? this.#responses.highImpact,
      indicators: new Map([...this.#responses.indicators, ...Object.entries(rule.indicators ?? {})]),
    };
  }

  credential(fingerprint: string): { name: string; credential: CredentialPolicy } | undefined {
    return this.#byFingerprint.get(fingerprint);
  }

  /** The system behind a host, when the registry names it. */
  system(host: string | undefined): string | undefined {
    if (host === undefined) return undefined;
    const [full, portless] = hostForms(host);
    return this.#systems.get(full) ?? this.#systems.get(portless);
  }

  /** Whether a host, or an identifier, stands in the registry. */
  knowsHost(address: string): boolean {
    const [full, portless] = hostForms(address);
    return [full, portless].some((form) => this.#systems.has(form) || this.#byMatch.has(form));
  }

  /**
   * What the registry knows of an effect's target, by id, path and host. When several entries fit, the gravest counts: a
   * mild name on a grave host is grave, and what destroys a folder destroys what is declared below it.
   */
  resource(effect: Effect): Declared | undefined {
    let gravest: Declared | undefined;
    for (const candidate of this.#candidates(effect)) {
      if (candidate !== undefined && (gravest === undefined || weightOf(candidate) > weightOf(gravest)))
        gravest = candidate;
    }
    return gravest;
  }

  #candidates(effect: Effect): (Declared | undefined)[] {
    const { id, path, host } = effect.target;
    const [full, portless] = hostForms(host ?? '');
    const byName = [id === undefined ? undefined : this.#byMatch.get(id.toLowerCase())];
    const byHost = [this.#byMatch.get(full), this.#byMatch.get(portless)];
    if (path === undefined) return [...byName, ...byHost];
    const here = bare(path);
    const above = this.#paths.find((one) => isWithin(here, one.path));
    const below = effect.destructiveness >= 0.6 ? this.#paths.filter((one) => isWithin(one.path, here)) : [];
    return [...byName, above, ...below, ...byHost];
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
