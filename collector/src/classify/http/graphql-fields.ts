import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type ValueNode,
} from 'graphql';
import { memberOf } from '../text.ts';
import { actOf } from '../words.ts';

/** One act of a mutation: the field's own name (not its alias) and its arguments with variables put in. */
export interface MutationField {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Most fields of one mutation that are looked at. */
const MAX_FIELDS = 64;
const MAX_VALUE_DEPTH = 6;

interface Walk {
  readonly fragments: ReadonlyMap<string, readonly SelectionNode[]>;
  readonly seen: Set<string>;
  readonly variables: (name: string) => unknown;
  readonly found: MutationField[];
}

/** The acts of a mutation, through fragments and namespaces (`volume { delete(id: …) }`). */
export function mutationFields(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: unknown,
): readonly MutationField[] {
  const fragments = new Map<string, readonly SelectionNode[]>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node.selectionSet.selections);
  }
  const defaults = new Map(
    operation.variableDefinitions?.map((node) => [node.variable.name.value, node.defaultValue] as const) ?? [],
  );
  const lookup = (name: string): unknown => {
    const given = memberOf(variables, name);
    const fallback = defaults.get(name);
    return given ?? (fallback === undefined ? undefined : literalValue(fallback, () => undefined, 0));
  };
  const walk: Walk = { fragments, seen: new Set(), variables: lookup, found: [] };
  collect(walk, operation.selectionSet.selections, 0);
  return walk.found;
}

function collect(walk: Walk, selections: readonly SelectionNode[], depth: number): void {
  for (const node of selections) {
    if (walk.found.length >= MAX_FIELDS || depth > MAX_VALUE_DEPTH) return;
    if (node.kind === Kind.FIELD) addField(walk, node);
    else if (node.kind === Kind.INLINE_FRAGMENT) collect(walk, node.selectionSet.selections, depth + 1);
    else if (!walk.seen.has(node.name.value)) {
      walk.seen.add(node.name.value);
      collect(walk, walk.fragments.get(node.name.value) ?? [], depth + 1);
    }
  }
}

function addField(walk: Walk, node: FieldNode): void {
  const name = node.name.value;
  if (name.startsWith('__')) return;
  const nested = node.selectionSet?.selections.filter((child) => child.kind === Kind.FIELD) ?? [];
  const acts = nested.filter((child) => (child.arguments?.length ?? 0) > 0 && actOf(child.name.value)?.sure === true);
  if (actOf(name) === undefined && acts.length > 0) {
    for (const act of acts) walk.found.push({ name: `${name}_${act.name.value}`, arguments: argumentsOf(walk, act) });
    return;
  }
  walk.found.push({ name, arguments: argumentsOf(walk, node) });
}

function argumentsOf(walk: Walk, node: FieldNode): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null);
  for (const argument of node.arguments ?? [])
    values[argument.name.value] = literalValue(argument.value, walk.variables, 0);
  return values;
}

function literalValue(node: ValueNode, variables: (name: string) => unknown, depth: number): unknown {
  if (depth > MAX_VALUE_DEPTH) return undefined;
  switch (node.kind) {
    case Kind.VARIABLE:
      return variables(node.name.value);
    case Kind.LIST:
      return node.values.slice(0, 64).map((item) => literalValue(item, variables, depth + 1));
    case Kind.OBJECT: {
      const object: Record<string, unknown> = Object.create(null);
      for (const field of node.fields) object[field.name.value] = literalValue(field.value, variables, depth + 1);
      return object;
    }
    case Kind.NULL:
      return null;
    case Kind.BOOLEAN:
      return node.value;
    default:
      return node.value;
  }
}
