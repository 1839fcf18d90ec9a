import type { Operation, Policy } from '@haltwire/schemas';
import { canonicalJson } from '@haltwire/schemas';

/** One change between two policies, in words. */
export interface PolicyChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly words: string;
}

const KINDS: Readonly<Record<string, string>> = {
  agents: 'agent',
  tasks: 'task',
  credentials: 'credential',
  resources: 'resource',
  tools: 'tool',
  systems: 'system',
  roles: 'role',
  environments: 'environment',
  freezes: 'freeze',
  standingApprovals: 'standing approval',
};

function isOperation(value: unknown): value is Operation {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).every((key) => ['verbs', 'resources', 'systems'].includes(key));
}

/** A value as a person says it. */
function say(value: unknown): string {
  if (value === undefined) return 'not declared';
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : value.map(say).join(value.some(isOperation) ? '; ' : ', ');
  if (isOperation(value)) {
    const { verbs, resources, systems } = value;
    return `${verbs?.join('/') ?? 'anything to'} ${resources?.join(', ') ?? 'anything'}${systems === undefined ? '' : ` on ${systems.join(', ')}`}`;
  }
  return typeof value === 'string' ? value : canonicalJson(value);
}

function sayList(before: readonly unknown[], after: readonly unknown[]): string {
  const texts = (list: readonly unknown[]) => list.map(say);
  const [was, is] = [texts(before), texts(after)];
  const added = is.filter((text) => !was.includes(text));
  const removed = was.filter((text) => !is.includes(text));
  const parts = [
    ...(added.length === 0 ? [] : [`now also ${added.join('; ')}`]),
    ...(removed.length === 0 ? [] : [`no longer ${removed.join('; ')}`]),
  ];
  return parts.length === 0 ? 'in another order' : parts.join(', ');
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isOperation(value);
}

function changesIn(path: string, label: string, before: unknown, after: unknown): PolicyChange[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
  if (isMapping(before) && isMapping(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      changesIn(`${path}.${key}`, `${label}: ${key}`, before[key], after[key]),
    );
  }
  const words =
    Array.isArray(before) && Array.isArray(after) ? sayList(before, after) : `${say(before)} → ${say(after)}`;
  const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  return [{ path, change, words: `${label}: ${words}` }];
}

function describe(entry: unknown): string {
  if (!isMapping(entry)) return say(entry);
  return Object.entries(entry)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${say(value)}`)
    .join('; ');
}

/** What changes from one policy to the other, section by section, in words. */
export function diffPolicies(before: Policy, after: Policy): PolicyChange[] {
  const sections = Object.keys({ ...before, ...after }) as (keyof Policy)[];
  return sections.flatMap((section) => {
    const [was, is]: [unknown, unknown] = [before[section], after[section]];
    const kind = KINDS[section];
    if (kind === undefined || !isMapping(was) || !isMapping(is)) return changesIn(section, section, was, is);
    return [...new Set([...Object.keys(was), ...Object.keys(is)])].sort().flatMap((name): PolicyChange[] => {
      const path = `${section}.${name}`;
      if (!Object.hasOwn(was, name))
        return [{ path, change: 'added', words: `new ${kind} ${name}: ${describe(is[name])}` }];
      if (!Object.hasOwn(is, name)) return [{ path, change: 'removed', words: `no ${kind} ${name} any more` }];
      return changesIn(path, `${kind} ${name}`, was[name], is[name]);
    });
  });
}
