import { type DocumentNode, Kind, parse } from 'graphql';
import { LIMITS } from '../config.ts';
import { actEffect } from '../generic.ts';
import { sharper } from '../tool-act.ts';
import { actOf } from '../words.ts';
import { mutationFields } from './graphql-fields.ts';
import type { RequestContext } from './request.ts';

/** A GraphQL request. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables: unknown;
  readonly operationName?: string | undefined;
}

/** Whether a text starts like a GraphQL document. */
export function looksLikeGraphql(text: string): boolean {
  return /^[\s,\ufeff]*(?:#[^\n]*\n[\s,]*)*(?:\{[\s,]*[_A-Za-z.#]|(?:query|mutation|subscription|fragment)\b[\s,]*[\w({$@#])/.test(
    text,
  );
}

/** Classifies a GraphQL request by its top-level fields; always true: it says what the request does, or that it hides it. */
export function classifyGraphql(context: RequestContext, request: GraphqlRequest): boolean {
  const document = parsed(request.query);
  if (document === undefined) return mutationFieldsByText(context, request.query);
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const chosen = operations.filter((node) => node.name?.value === request.operationName);
  let known = false;
  for (const operation of chosen.length > 0 ? chosen : operations) {
    known = true;
    if (operation.operation === 'mutation') addMutation(context, document, operation, request.variables);
    else addQuery(context, operation.selectionSet.selections[0], operation.operation);
  }
  if (!known) return mutationFieldsByText(context, request.query);
  return true;
}

type Operation = Extract<DocumentNode['definitions'][number], { kind: typeof Kind.OPERATION_DEFINITION }>;

function addMutation(context: RequestContext, document: DocumentNode, operation: Operation, variables: unknown): void {
  const { findings, request, system, target, credentialRef } = context;
  for (const field of mutationFields(document, operation, variables)) {
    const act = actOf(field.name);
    const core = act === undefined ? undefined : actEffect(act, system, field.arguments);
    findings.add({
      ...(core ?? { verb: 'unknown' as const, resource: 'unknown', system }),
      ...(core === undefined ? {} : sharper(core.verb, core.resource)),
      // A mutation writes, whatever its name promises.
      ...(core !== undefined && ['read', 'list', 'search'].includes(core.verb) ? { verb: 'unknown' as const } : {}),
      target: { ...core?.target, ...target },
      credentialRef,
      evidence: `${request.by} > graphql mutation ${field.name}`,
      confidence: act?.sure === true ? 0.95 : 0.6,
    });
  }
}

function addQuery(context: RequestContext, first: unknown, operation: string): void {
  const { findings, request, system, target, credentialRef } = context;
  const name = fieldName(first);
  findings.add({
    verb: 'read',
    resource: name === undefined ? 'unknown' : (actOf(`get_${name}`)?.resource ?? 'unknown'),
    system,
    target,
    credentialRef,
    evidence: `${request.by} > graphql ${operation}${name === undefined ? '' : ` ${name}`}`,
    confidence: 0.9,
  });
}

function fieldName(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null || !('name' in node)) return undefined;
  const { name } = node;
  return typeof name === 'object' && name !== null && 'value' in name && typeof name.value === 'string'
    ? name.value
    : undefined;
}

/** The document, when it parses within the bounds. */
function parsed(text: string): DocumentNode | undefined {
  if (text.length > LIMITS.parsedText || bracketDepth(text) > LIMITS.brackets) return undefined;
  // A refusal is an answer: its stack costs more than the refusal.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parse(text, { noLocation: true, maxTokens: LIMITS.graphqlTokens });
  } catch {
    return undefined;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[' || character === '(') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']' || character === ')') depth--;
  }
  return deepest;
}

/** What cannot be parsed still shows names: every `word(` or `word {` after `mutation` that names an act. Always opaque. */
export function mutationFieldsByText(context: RequestContext, text: string): boolean {
  const { findings, request, system, target, credentialRef } = context;
  findings.unclear(`${request.by}: a GraphQL text that does not parse`);
  const names = calledNames(text.slice(0, LIMITS.parsedText));
  let found = 0;
  for (const name of names) {
    const act = actOf(name);
    if (act?.sure !== true || ['read', 'list', 'search'].includes(act.verb) || found >= 8) continue;
    found++;
    const evidence = `${request.by} > unparsable graphql names ${name}`;
    findings.add({ verb: act.verb, resource: act.resource, system, target, credentialRef, evidence, confidence: 0.6 });
  }
  if (found === 0) {
    const evidence = `${request.by} > unparsable graphql`;
    findings.add({ verb: 'unknown', resource: 'unknown', system, target, credentialRef, evidence, confidence: 0.4 });
  }
  return true;
}

/** Every name in front of a bracket or a brace. */
function calledNames(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { 0: name, index } of text.matchAll(/[A-Za-z_]\w*/g)) {
    if (name.length < 3 || name.length > 80 || names.size > 500) continue;
    let at = index + name.length;
    while (text[at] === ' ' && at < index + name.length + 4) at++;
    if (text[at] === '(' || text[at] === '{') names.add(name);
  }
  return names;
}
