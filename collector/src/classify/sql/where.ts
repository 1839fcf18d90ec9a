import { canonicalJson } from '@haltwire/schemas';
import { memberOf } from '../text.ts';
import { listOf } from './nodes.ts';

/** Whether a condition holds for every row by its shape: `true`, `1=1`, `id = id`, `x OR true`, `NOT false`. */
export function isAlwaysTrue(node: unknown, depth = 0): boolean {
  if (depth > 20) return false;
  const constant = memberOf(node, 'A_Const');
  if (constant !== undefined) return memberOf(memberOf(constant, 'boolval'), 'boolval') === true || isNonZero(constant);
  const logical = memberOf(node, 'BoolExpr');
  if (logical !== undefined) {
    const parts = listOf(logical, 'args');
    const operator = memberOf(logical, 'boolop');
    if (operator === 'OR_EXPR') return parts.some((part) => isAlwaysTrue(part, depth + 1));
    if (operator === 'AND_EXPR') return parts.length > 0 && parts.every((part) => isAlwaysTrue(part, depth + 1));
    return isFalse(parts[0]);
  }
  const comparison = memberOf(node, 'A_Expr');
  if (comparison === undefined) return isNotNullOfKey(node);
  const operator = memberOf(memberOf(listOf(comparison, 'name')[0], 'String'), 'sval');
  const left = memberOf(comparison, 'lexpr');
  const right = memberOf(comparison, 'rexpr');
  if (left === undefined || right === undefined) return false;
  const same = withoutLocations(left) === withoutLocations(right);
  if (operator === '=' || operator === '<=' || operator === '>=') return same;
  const constants = memberOf(left, 'A_Const') !== undefined && memberOf(right, 'A_Const') !== undefined;
  if (operator === '<>') return constants && !same;
  return constants && (operator === '<' || operator === '>');
}

function isFalse(node: unknown): boolean {
  const value = memberOf(memberOf(node, 'A_Const'), 'boolval');
  return value !== undefined && memberOf(value, 'boolval') !== true;
}

function isNonZero(constant: unknown): boolean {
  const value = memberOf(memberOf(constant, 'ival'), 'ival');
  return typeof value === 'number' && value !== 0;
}

/** `id IS NOT NULL`: a key is never null. */
function isNotNullOfKey(node: unknown): boolean {
  const test = memberOf(node, 'NullTest');
  if (memberOf(test, 'nulltesttype') !== 'IS_NOT_NULL') return false;
  const fields = listOf(memberOf(memberOf(test, 'arg'), 'ColumnRef'), 'fields');
  return /(?:^|_)id$/.test(String(memberOf(memberOf(fields.at(-1), 'String'), 'sval')));
}

function withoutLocations(node: unknown): string {
  return canonicalJson(node).replaceAll(/"location":\d+,?/g, '');
}
