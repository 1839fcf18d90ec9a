import type { Target } from '@haltwire/schemas';
import { authorisesHeader, credentialIn } from '../credentials.ts';
import type { Findings } from '../findings.ts';
import { classifyBody } from './body.ts';
import { systemOf } from './hosts.ts';
import { classifyRest } from './rest.ts';

/** An HTTP request as far as a call shows it. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Literal body. */
  readonly body?: string | undefined;
  /** The body comes from a file, a pipe or a variable that the call does not show. */
  readonly hiddenBody?: string | undefined;
  /** An option other than a header authorises (`-u user:…`). */
  readonly authorises?: string | undefined;
  /** How the call names it, e.g. `curl`. */
  readonly by: string;
}

/** What the parts of a request's classification share. */
export interface RequestContext {
  readonly findings: Findings;
  readonly request: HttpRequest;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly system: string;
  readonly target: Target;
  readonly credentialRef: string | undefined;
}

/** Classifies one HTTP request by what its body says, else by method and path. */
export function classifyRequest(findings: Findings, request: HttpRequest): void {
  const context = contextOf(findings, request);
  findings.source(request.url);
  if (request.hiddenBody !== undefined) findings.unclear(`${request.by}: body from ${request.hiddenBody}`);
  if (classifyBody(context)) return;
  classifyRest(context);
}

function contextOf(findings: Findings, request: HttpRequest): RequestContext {
  const { host, path, query } = splitUrl(request.url);
  return {
    findings,
    request,
    method: effectiveMethod(request, query),
    path,
    query,
    system: systemOf(host),
    target: { ...(host === '' ? {} : { host }), ...environmentIn(host) },
    credentialRef: credentialOf(findings, request),
  };
}

function credentialOf(findings: Findings, request: HttpRequest): string | undefined {
  for (const [name, value] of request.headers) {
    if (authorisesHeader(name)) return credentialIn(value, findings.credentials, true);
  }
  if (request.authorises !== undefined) return credentialIn(request.authorises, findings.credentials, true);
  const shown = [request.url, request.body ?? '', ...request.headers.map(([, value]) => value)].join('\n');
  return credentialIn(shown, findings.credentials, /[?&](?:access_token|token|api_?key|key)=/i.test(request.url));
}

/** A POST that asks to be treated as another method is that method. */
function effectiveMethod(request: HttpRequest, query: string): string {
  const header = request.headers.find(([name]) => /^x-(?:http-)?method(?:-override)?$/i.test(name))?.[1];
  const parameter = /(?:^|&)_method=([a-z]+)/i.exec(query)?.[1] ?? /^_method=([a-z]+)/i.exec(request.body ?? '')?.[1];
  return (header ?? parameter ?? request.method).trim().toUpperCase();
}

/** Splits a URL without insisting that it is valid: variables may stand in it. */
export function splitUrl(url: string): { host: string; path: string; query: string } {
  const rest = url.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  const end = rest.search(/[/?#]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  const after = end === -1 ? '' : rest.slice(end);
  const question = after.indexOf('?');
  const path = (question === -1 ? after : after.slice(0, question)).split('#', 1)[0] ?? '';
  return {
    host: authority.slice(authority.lastIndexOf('@') + 1).toLowerCase(),
    path: path === '' ? '/' : path,
    query: question === -1 ? '' : (after.slice(question + 1).split('#', 1)[0] ?? ''),
  };
}

function environmentIn(host: string): { environment?: string } {
  const named = /(?:^|[.-])(prod(?:uction)?|staging|stage|dev(?:elopment)?|test|sandbox|preview)(?:[.-]|$)/.exec(
    host,
  )?.[1];
  if (named === undefined) return {};
  return { environment: named.startsWith('prod') ? 'production' : named.startsWith('stag') ? 'staging' : named };
}
