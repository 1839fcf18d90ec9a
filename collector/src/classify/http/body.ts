import { LIMITS } from '../config.ts';
import { actEffect, namedTool } from '../generic.ts';
import { looksLikeSql } from '../sql/detect.ts';
import { classifySql } from '../sql/sql.ts';
import { isRecord, memberOf, parseJson, stringMember } from '../text.ts';
import { classifyGraphql, looksLikeGraphql, mutationFieldsByText } from './graphql.ts';
import type { RequestContext } from './request.ts';

/** Classifies a request by what its body (or query string) asks for; false when that says nothing. */
export function classifyBody(context: RequestContext): boolean {
  const body = context.request.body ?? queryDocument(context.query);
  if (body === undefined) return false;
  if (body.length > LIMITS.parsedText) {
    context.findings.unclear('the request body is longer than is parsed');
    return false;
  }
  // One body may go to many addresses, and is read for each.
  if (!context.findings.spendText(body.length)) return false;
  const json = parseJson(body);
  if (Array.isArray(json)) {
    if (json.length > LIMITS.operands) context.findings.unread('a batch of more requests than are read');
    const found = json
      .slice(0, LIMITS.operands)
      .map((item: unknown) => isRecord(item) && classifyObject(context, item));
    return found.includes(true);
  }
  if (isRecord(json)) return classifyObject(context, json);
  const document = formDocument(body) ?? body;
  if (looksLikeGraphql(document)) return classifyGraphql(context, { query: document, variables: undefined });
  if (/graphql/i.test(context.path) || /"query"\s*:/.test(body)) return mutationFieldsByText(context, body);
  return false;
}

/** `?query={…}` of a GET. */
function queryDocument(query: string): string | undefined {
  return /(?:^|&)query=/.test(query) ? formDocument(query) : undefined;
}

/** The `query` member of a form-encoded body. */
function formDocument(body: string): string | undefined {
  return /(?:^|&)query=/.test(body) ? (new URLSearchParams(body).get('query') ?? undefined) : undefined;
}

function classifyObject(context: RequestContext, body: Record<string, unknown>): boolean {
  const text = stringMember(body, ['query', 'mutation', 'sql', 'statement', 'stmt']);
  if (text !== undefined && looksLikeGraphql(text)) {
    const operationName = stringMember(body, ['operationName']);
    return classifyGraphql(context, { query: text, variables: memberOf(body, 'variables'), operationName });
  }
  if (text !== undefined && looksLikeSql(text)) {
    const { findings, system, target, credentialRef } = context;
    classifySql(findings, text, { system: system === 'http' ? 'sql' : system, target, credentialRef, by: 'HTTP body' });
    return true;
  }
  if (text !== undefined && /graphql/i.test(context.path)) return mutationFieldsByText(context, text);
  return classifyPersisted(context, body) || classifyRpc(context, body);
}

/** A GraphQL request without its text: only the operation's name is there, and the name is the sender's. */
function classifyPersisted(context: RequestContext, body: Record<string, unknown>): boolean {
  const name = stringMember(body, ['operationName']);
  if (!/graphql/i.test(context.path) || (name === undefined && memberOf(body, 'extensions') === undefined))
    return false;
  context.findings.unclear('a GraphQL request without its text');
  const { act } = namedTool(name ?? '');
  const { system, target, credentialRef } = context;
  const core = act === undefined ? undefined : actEffect(act, system, memberOf(body, 'variables'));
  const harmless = core === undefined || core.verb === 'read' || core.verb === 'list' || core.verb === 'search';
  context.findings.add({
    ...(harmless ? { verb: 'unknown' as const, resource: 'unknown', system } : core),
    target: { ...core?.target, ...target },
    credentialRef,
    evidence: `${context.request.by}: persisted GraphQL operation ${name ?? 'without name'}`,
    confidence: 0.5,
  });
  return true;
}

/** JSON-RPC: `{method, params}`, and MCP's `tools/call`. */
function classifyRpc(context: RequestContext, body: Record<string, unknown>): boolean {
  const method = stringMember(body, ['method']);
  if (method === undefined || !('jsonrpc' in body || 'params' in body)) return false;
  const params = memberOf(body, 'params');
  const called = method === 'tools/call' ? stringMember(params, ['name']) : undefined;
  const { act } = namedTool(called ?? method);
  const { findings, system, target, credentialRef } = context;
  const args = called === undefined ? params : memberOf(params, 'arguments');
  findings.add({
    ...(act === undefined ? { verb: 'unknown', resource: 'unknown', system } : actEffect(act, system, args)),
    ...(act === undefined ? { target } : { target: { ...actEffect(act, system, args).target, ...target } }),
    credentialRef,
    evidence: `${context.request.by}: RPC ${called ?? method}`,
    confidence: 0.7,
  });
  return true;
}
