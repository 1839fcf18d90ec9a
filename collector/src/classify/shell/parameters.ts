import type { ParameterOperation, Word } from 'unbash';

/**
 * What an operation on a known value leaves: a slice, a cut at either end, a replacement, another case. Undefined when
 * the operation or its pattern is more than that.
 */
export function operated(
  value: string,
  operation: ParameterOperation,
  textOf: (word: Word) => string | undefined,
): string | undefined {
  switch (operation.type) {
    case 'Slice':
      return sliced(value, textOf(operation.offset), operation.length === undefined ? '' : textOf(operation.length));
    case 'Remove': {
      const pattern = textOf(operation.operand);
      return pattern === undefined ? undefined : removed(value, operation.operator, pattern);
    }
    case 'Replace': {
      const [from, to] = [textOf(operation.pattern), textOf(operation.replacement)];
      if (from === undefined || to === undefined || from === '' || /[*?[\\]/.test(from)) return undefined;
      return operation.operator === '//' ? value.split(from).join(to) : value.replace(from, () => to);
    }
    case 'CaseModification':
      return operation.operator.startsWith(',') ? value.toLowerCase() : value.toUpperCase();
    default:
      return undefined;
  }
}

function sliced(value: string, offset: string | undefined, length: string | undefined): string | undefined {
  const from = Number(offset?.trim());
  if (offset === undefined || length === undefined || !Number.isInteger(from)) return undefined;
  const start = from < 0 ? Math.max(0, value.length + from) : from;
  if (length === '') return value.slice(start);
  const count = Number(length.trim());
  return Number.isInteger(count) ? value.slice(start, count < 0 ? count : start + count) : undefined;
}

/** Literal ends, and `*` up to or from one literal. */
function removed(value: string, operator: string, pattern: string): string | undefined {
  const star = pattern.indexOf('*');
  const literal = pattern.replace('*', '');
  if (/[*?[\\]/.test(literal)) return undefined;
  const front = operator.startsWith('#');
  if (star === -1) {
    if (front) return value.startsWith(literal) ? value.slice(literal.length) : value;
    return value.endsWith(literal) ? value.slice(0, value.length - literal.length) : value;
  }
  const longest = operator.length === 2;
  if (literal === '') return longest ? '' : value;
  const at = front === longest ? value.lastIndexOf(literal) : value.indexOf(literal);
  if (at === -1) return value;
  if (front && star === 0) return value.slice(at + literal.length);
  return !front && star === pattern.length - 1 ? value.slice(0, at) : undefined;
}
