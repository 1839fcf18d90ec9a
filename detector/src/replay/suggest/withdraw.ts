import type { Policy } from '@haltwire/schemas';
import { type Difference, interrupts } from '../compare.ts';
import type { Suggestion } from './suggest-policy.ts';

/** Calls of honest sessions that a suggestion would stop and that were not stopped: it must not. */
export function newInterruptions(differences: readonly Difference[], badSessions: ReadonlySet<string>): Difference[] {
  return differences.filter(
    ({ was, wouldBe, sessionKey }) => interrupts(wouldBe) && !interrupts(was) && !badSessions.has(sessionKey),
  );
}

/**
 * The suggestion without what makes it stop such calls. Answers the same suggestion when nothing of it is to blame.
 */
export function withdraw(suggestion: Suggestion, recorded: Policy, stopped: readonly Difference[]): Suggestion {
  const policy = structuredClone(suggestion.policy);
  const gone: string[] = [];
  for (const difference of stopped) for (const path of blamed(difference, policy, recorded)) remove(policy, path, gone);
  if (gone.length === 0) return suggestion;
  const isGone = (path: readonly string[]) => gone.some((name) => `${path.join('.')}.`.startsWith(`${name}.`));
  return {
    policy,
    reasons: suggestion.reasons.filter(({ path }) => !isGone(path)),
    leftOut: [...suggestion.leftOut, ...gone.map((name) => `${name}: it would have stopped calls that were let pass`)],
  };
}

function remove(policy: Policy, path: readonly string[], gone: string[]): void {
  const [last = '', ...above] = [...path].reverse();
  let holder: unknown = policy;
  for (const key of above.reverse()) holder = (holder as Record<string, unknown> | undefined)?.[key];
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, last)) return;
  delete (holder as Record<string, unknown>)[last];
  gone.push(path.join('.'));
}

/** What of the suggestion a stopped call may be stopped by: never what the recorded policy declares. */
function blamed({ agentId, taskId, targets, was, wouldBe }: Difference, policy: Policy, recorded: Policy): string[][] {
  const known = new Set(was.findings.map(({ name }) => name));
  const found = wouldBe.findings.filter(({ name }) => !known.has(name));
  const task = taskId ?? policy.agents[agentId]?.task ?? '';
  const paths: string[][] = [];
  for (const { name, sentence } of found) {
    if (name === 'credential-granted') paths.push(['tasks', task, 'credentials'], ['agents', agentId, 'credentials']);
    if (name === 'runaway') paths.push(['tasks', task, 'limits']);
    if (name === 'within-grant') paths.push(['tasks', task, 'operations']);
    if (name !== 'credential-purpose') continue;
    for (const credential of Object.keys(policy.credentials))
      if (sentence.includes(`"${credential}"`)) paths.push(['credentials', credential, 'purposes']);
  }
  const own = paths.filter((path) => !Object.hasOwn(sectionOf(recorded, path), path[1] ?? ''));
  if (own.length > 0) return own;
  // Otherwise a declared target weighs more than an unknown one.
  const resources = Object.entries(policy.resources).filter(
    ([name, { match }]) => targets.includes(match) && !Object.hasOwn(recorded.resources, name),
  );
  return resources.map(([name]) => ['resources', name]);
}

function sectionOf(policy: Policy, [section]: readonly string[]): object {
  return section === 'tasks' ? policy.tasks : section === 'agents' ? policy.agents : policy.credentials;
}
