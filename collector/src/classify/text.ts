import type { Target } from '@haltwire/schemas';

/** Cuts a text to a length; a cut one ends in an ellipsis. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** A target within the contract's lengths, without empty members. */
export function cutTarget(target: Target): Target {
  const kept: Target = {};
  if (target.id) kept.id = cut(target.id, 512);
  if (target.host) kept.host = cut(target.host, 256);
  if (target.path) kept.path = cut(target.path, 1024);
  if (target.environment) kept.environment = cut(target.environment, 64);
  return kept;
}

/** A plain object, as JSON gives it. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member by name, own properties only. */
export function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The first of several members that is a non-empty string. */
export function stringMember(value: unknown, names: readonly string[]): string | undefined {
  for (const name of names) {
    const member = memberOf(value, name);
    if (typeof member === 'string' && member !== '') return member;
  }
  return undefined;
}

/** Parses JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
