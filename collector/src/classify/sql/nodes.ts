import type { Target } from '@haltwire/schemas';
import { isRecord, memberOf } from '../text.ts';

/** A member that is a list; empty when it is none. */
export function listOf(body: unknown, name: string): readonly unknown[] {
  const list = memberOf(body, name);
  return Array.isArray(list) ? list : [];
}

/** A member that is a string. */
export function textIn(body: unknown, name: string): string | undefined {
  const text = memberOf(body, name);
  return typeof text === 'string' ? text : undefined;
}

/** `schema.table` of a RangeVar, wrapped or bare. */
export function nameIn(node: unknown): string {
  const range = memberOf(node, 'RangeVar') ?? node;
  const parts = [textIn(range, 'schemaname'), textIn(range, 'relname')];
  return parts.filter((part) => part !== undefined).join('.');
}

/** The table that a statement's `relation` names. */
export function relationOf(body: unknown): Target {
  const name = nameIn(memberOf(body, 'relation'));
  return name === '' ? {} : { id: name };
}

/** Tables that a query reads, first level of FROM. */
export function relations(body: unknown): string[] {
  return listOf(body, 'fromClause')
    .filter((node) => isRecord(node) && 'RangeVar' in node)
    .map(nameIn);
}
