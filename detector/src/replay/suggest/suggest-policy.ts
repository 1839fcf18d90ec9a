import { type Operation, type Policy, policySchema } from '@haltwire/schemas';
import { environmentWeight } from '../../engine/judge/impact.ts';
import type { Evidence } from './evidence.ts';
import type { Act, Fact } from './facts.ts';
import { freeName, isName, SystemNames } from './names.ts';
import type { Observer } from './observer.ts';

/** A line of the suggestion, and why it stands there. */
export interface Reason {
  readonly path: readonly string[];
  readonly comment: string;
}

/** A policy that would fit what was seen. */
export interface Suggestion {
  readonly policy: Policy;
  readonly reasons: readonly Reason[];
  /** What was seen and is not proposed, and why, in words. */
  readonly leftOut: readonly string[];
}

/** Options of `suggestPolicy`. */
export interface SuggestOptions {
  /** Sessions of a task from which a list may be closed: what is not on it will be refused. Default 3. */
  readonly minSessions?: number | undefined;
  /** ... and calls. Default 20. */
  readonly minCalls?: number | undefined;
}

/** More resources than a person reads are no proposal. */
const MAX_RESOURCES = 100;

const day = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** The evidence of a line in words. */
export function evidenceText({ calls, sessions, first, last }: Evidence): string {
  return `${plural(calls, 'call')} in ${plural(sessions, 'session')}, ${day(first)} to ${day(last)} UTC`;
}

/** Evidence for several facts that one line stands for; a session that showed several of them counts once for each. */
function together(all: readonly Evidence[]): Evidence {
  return {
    calls: all.reduce((sum, { calls }) => sum + calls, 0),
    sessions: Math.max(0, ...all.map(({ sessions }) => sessions)),
    first: Math.min(...all.map(({ first }) => first)),
    last: Math.max(...all.map(({ last }) => last)),
  };
}

type Of<K extends Fact['kind']> = readonly (Extract<Fact, { kind: K }> & { readonly evidence: Evidence })[];

/**
 * Proposes a policy from observed work, with the evidence for each line. What the recorded policy already declares stays as
 * it is. Lists that refuse whatever is not on them are proposed only where enough was seen.
 */
export function suggestPolicy(observer: Observer, options: SuggestOptions = {}): Suggestion {
  const { minSessions = 3, minCalls = 20 } = options;
  const facts = observer.counts.entries().map(([name, evidence]) => ({ ...(JSON.parse(name) as Fact), evidence }));
  const of = <K extends Fact['kind']>(kind: K) => facts.filter((fact) => fact.kind === kind) as unknown as Of<K>;
  const policy = structuredClone(observer.policy);
  const reasons: Reason[] = [];
  const leftOut: string[] = [];
  const because = (path: readonly string[], comment: string): void => void reasons.push({ path, comment });

  const systems = new SystemNames(policy, of('host'));
  for (const { name, host, evidence } of systems.proposed()) {
    policy.systems[name] = { hosts: [...(policy.systems[name]?.hosts ?? []), host] };
    because(['systems', name], `${host}: ${evidenceText(evidence)}`);
  }

  const names = new Map(Object.entries(policy.credentials).map(([name, { fingerprint }]) => [fingerprint, name]));
  const seen = Map.groupBy(of('credential'), ({ fingerprint }) => fingerprint);
  for (const [fingerprint, uses] of seen) {
    if (names.has(fingerprint)) continue;
    const name = freeName(`${uses[0]?.looks ?? 'credential'}-${fingerprint.slice(4, 10)}`, policy.credentials);
    const evidence = together(uses.map((use) => use.evidence));
    names.set(fingerprint, name);
    policy.credentials[name] = { fingerprint };
    because(['credentials', name], `${evidenceText(evidence)}; name it, and say what it was issued for`);
    const purposes = operationsOf(
      of('use').filter((use) => use.fingerprint === fingerprint),
      systems,
    );
    if (purposes.length === 0) continue;
    if (evidence.sessions >= minSessions && evidence.calls >= minCalls) {
      policy.credentials[name] = { fingerprint, purposes };
      because(['credentials', name, 'purposes'], 'all that it was used for; anything else will be refused');
    } else leftOut.push(`credentials.${name}.purposes: ${tooFew(evidence)}`);
  }

  const tasks = Map.groupBy(of('task'), ({ agentId, taskId }) => JSON.stringify([agentId, taskId]));
  for (const [first, ...others] of tasks.values()) {
    if (first === undefined) continue;
    const { agentId, taskId, evidence } = first;
    const total = together([evidence, ...others.map((one) => one.evidence)]);
    if (!isName(agentId)) {
      leftOut.push(`agents: an agent whose id cannot be a name in a policy (${evidenceText(total)})`);
      continue;
    }
    if (policy.agents[agentId] === undefined) {
      policy.agents[agentId] = { mode: 'enforce' };
      because(['agents', agentId], evidenceText(total));
    }
    const task = taskId ?? freeName(`${agentId}-work`, policy.tasks);
    if (!isName(task)) continue;
    const isNew = policy.tasks[task] === undefined;
    const declared = policy.tasks[task] ?? {};
    const same = (one: { agentId: string; taskId?: string | undefined }) =>
      one.agentId === agentId && one.taskId === taskId;
    const used = of('credential').filter(same);
    const held = [...new Set(used.map(({ fingerprint }) => names.get(fingerprint) ?? ''))].sort();
    const done = of('operation').filter(same);
    const operations = operationsOf(done, systems).filter(({ verbs = [] }) => verbs.length > 0);
    const enough = total.sessions >= minSessions && total.calls >= minCalls;
    const lists = {
      ...(isNew && held.length > 0 ? { credentials: held } : {}),
      ...(isNew && operations.length > 0 ? { operations } : {}),
    };
    if (!enough) {
      for (const list of Object.keys(lists)) leftOut.push(`tasks.${task}.${list}: ${tooFew(total)}`);
      if (taskId === undefined) continue;
    }
    policy.tasks[task] = { ...declared, ...(enough ? lists : {}) };
    if (isNew) {
      because(
        ['tasks', task],
        `${evidenceText(total)}${taskId === undefined ? '; sessions without a task token' : ''}`,
      );
      if (enough && held.length > 0)
        because(['tasks', task, 'credentials'], 'all that were used; others will be refused');
      if (enough && operations.length > 0)
        because(
          ['tasks', task, 'operations'],
          `${evidenceText(together(done.map((one) => one.evidence)))}; other changes will be refused`,
        );
    }
    if (taskId === undefined && policy.agents[agentId]?.task === undefined)
      policy.agents[agentId] = { ...policy.agents[agentId], mode: policy.agents[agentId]?.mode ?? 'enforce', task };
  }

  const declared = new Set(Object.values(policy.resources).map(({ match }) => match));
  const resources = of('resource')
    .filter(({ match }) => !declared.has(match) && match.length > 0)
    .sort((a, b) => b.evidence.calls - a.evidence.calls || (a.match < b.match ? -1 : 1));
  if (resources.length > MAX_RESOURCES)
    leftOut.push(`resources: the ${MAX_RESOURCES} most used of ${resources.length} are proposed`);
  for (const { match, resource, evidence } of resources.slice(0, MAX_RESOURCES)) {
    if (declared.has(match)) continue;
    declared.add(match);
    const name = freeName(match, policy.resources);
    const claimed = of('environment').filter((one) => one.match === match);
    // An agent's word may raise the tier, never lower it: what would make the target milder is for a person to say.
    const grave = claimed.find(
      ({ environment }) => isName(environment) && environmentWeight(environment) >= environmentWeight(undefined),
    );
    policy.resources[name] = {
      match,
      kind: resource,
      ...(grave === undefined ? {} : { environment: grave.environment }),
    };
    const said = claimed.map((one) => `${one.environment} (${plural(one.evidence.calls, 'call')})`).join(', ');
    const word =
      claimed.length === 0 ? 'say which environment it belongs to' : `the agent itself says: ${said}; check it`;
    because(['resources', name], `${evidenceText(evidence)}; ${word}`);
  }
  return { policy: policySchema.parse(policy), reasons, leftOut };
}

function tooFew({ calls, sessions }: Evidence): string {
  return `only ${plural(calls, 'call')} in ${plural(sessions, 'session')}: too few to refuse everything else`;
}

/** Acts as operations, one per system. */
function operationsOf(acts: readonly Act[], systems: SystemNames): Operation[] {
  const bySystem = Map.groupBy(acts, (act) => systems.of(act));
  return [...bySystem]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([system, own]) => ({
      systems: [system],
      resources: [...new Set(own.map(({ resource }) => resource))].sort(),
      verbs: [...new Set(own.map(({ verb }) => verb))].sort(),
    }));
}
