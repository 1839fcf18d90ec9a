import type { Findings } from '../findings.ts';
import { noteSaved } from '../generic.ts';
import { isRecord, memberOf, stringMember } from '../text.ts';
import { looksLikeGraphql } from './graphql.ts';
import { classifyRequest } from './request.ts';

const urlMembers = ['url', 'uri', 'endpoint', 'href', 'link'] as const;
const METHOD = /^(?:GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE|PURGE|PROPFIND)$/i;
const HTTP_NAME =
  /http|fetch|request|curl|webhook|rest_?api|api_?call|call_?api|graphql|browse|download|navigate|web_?(?:get|read)/i;

/** Whether a tool makes HTTP requests: by `{url}` with a method or an HTTP-like name, or by a GraphQL text. */
export function isHttpTool(name: string, args: unknown): boolean {
  if (!isRecord(args)) return false;
  const method = methodOf(args);
  const url = stringMember(args, urlMembers);
  if (graphqlOf(args) !== undefined) return true;
  if (method !== undefined && METHOD.test(method) && (url ?? stringMember(args, ['path'])) !== undefined) return true;
  return url !== undefined && HTTP_NAME.test(name);
}

/** The method, also among a request's options: `fetch(url, {method})`. */
function methodOf(args: unknown): string | undefined {
  const names = ['method', 'http_method', 'httpMethod', 'verb', 'request_method', 'requestMethod'] as const;
  return (
    stringMember(args, names) ??
    ['options', 'init', 'config', 'request', 'params']
      .map((name) => stringMember(memberOf(args, name), names))
      .find((value) => value !== undefined)
  );
}

/** Classifies `{url, method, headers, body}` and its relatives. */
export function classifyHttpTool(findings: Findings, name: string, args: unknown): void {
  const url = stringMember(args, urlMembers) ?? stringMember(args, ['path']) ?? '';
  const document = graphqlOf(args);
  const body =
    document === undefined ? bodyOf(args) : JSON.stringify({ query: document, variables: variablesOf(args) });
  const method = methodOf(args) ?? (body === undefined ? 'GET' : 'POST');
  classifyRequest(findings, {
    method,
    url,
    headers: headersOf(memberOf(args, 'headers') ?? memberOf(memberOf(args, 'options'), 'headers')),
    body,
    authorises: stringMember(args, ['auth', 'token', 'authorization', 'api_key', 'bearer']),
    by: `tool ${name}`,
  });
  if (/^(?:GET|HEAD)$/i.test(method)) noteSaved(findings, args);
}

function graphqlOf(args: unknown): string | undefined {
  const text = stringMember(args, ['query', 'mutation', 'document', 'graphql']);
  return text !== undefined && looksLikeGraphql(text) ? text : undefined;
}

/** Variables may come as an object or as its JSON. */
function variablesOf(args: unknown): unknown {
  const variables = memberOf(args, 'variables');
  if (typeof variables !== 'string') return variables;
  try {
    return JSON.parse(variables);
  } catch {
    return undefined;
  }
}

function bodyOf(args: unknown): string | undefined {
  for (const member of ['body', 'data', 'json', 'payload', 'content', 'form']) {
    const value = memberOf(args, member);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  }
  const options = memberOf(args, 'options');
  return isRecord(options) ? bodyOf(options) : undefined;
}

function headersOf(headers: unknown): (readonly [string, string])[] {
  if (typeof headers === 'string')
    return headers
      .split(/\r?\n/)
      .map((line) => line.split(/:\s*(.*)/s, 2) as [string, string])
      .map(([name, value]) => [name, value ?? ''] as const);
  if (Array.isArray(headers)) {
    return headers.slice(0, 100).flatMap((item: unknown) => {
      const name = stringMember(item, ['name', 'key']) ?? (Array.isArray(item) ? String(item[0]) : undefined);
      const value = stringMember(item, ['value']) ?? (Array.isArray(item) ? String(item[1]) : '');
      return name === undefined ? [] : [[name, value] as const];
    });
  }
  if (!isRecord(headers)) return [];
  return Object.entries(headers)
    .slice(0, 100)
    .map(([name, value]) => [name, typeof value === 'string' ? value : ''] as const);
}
