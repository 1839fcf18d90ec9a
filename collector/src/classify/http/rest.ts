import type { Scope, Verb } from '@haltwire/schemas';
import { cuts } from '../lexicon.ts';
import { sharper } from '../tool-act.ts';
import { actOf, resourceOf, splitWords } from '../words.ts';
import type { RequestContext } from './request.ts';

const methodVerbs: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['GET', 'read'],
  ['HEAD', 'read'],
  ['OPTIONS', 'read'],
  ['TRACE', 'read'],
  ['PROPFIND', 'list'],
  ['POST', 'create'],
  ['PUT', 'update'],
  ['PATCH', 'update'],
  ['DELETE', 'delete'],
  ['PURGE', 'delete'],
]);

/** Segments that say nothing about the thing. */
const FILLER =
  /^(?:api|apis|rest|v\d+(?:[a-z]+\d*)?|\d+(?:\.\d+)+|public|internal|latest|index\.php|graphql|rpc|services?)$/i;
/** An identifier: digits, a UUID or hash, `prefix_x9`, a variable. */
const IDENTIFIER =
  /^\d+$|^[0-9a-f]{8}-|^[0-9a-f]{16,}$|^[a-z]{1,8}[-_](?=.*\d)[\w-]+$|^[$:{%<]|^(?=.*\d)[A-Za-z0-9_-]{8,}$|@|\./;

/** Classifies a request by method and path. */
export function classifyRest(context: RequestContext): void {
  const { findings, request, method, path, query, target, system, credentialRef } = context;
  const verb = methodVerbs.get(method) ?? 'unknown';
  const named = verb === 'delete' ? undefined : actInPath(context);
  // A GET that is called `delete` deletes: the worse reading counts.
  const worse = named !== undefined && (verb !== 'read' || isHarmful(named.verb, path));
  const { resource, id, scope } = thingInPath(path, worse ? named.word : undefined);
  const meaning = worse ? named.verb : verb;
  const unclear = meaning === 'create' && !worse;
  // A body that is not shown, or a GraphQL endpoint without a readable text, may ask for anything.
  const hidden = unclear && (request.hiddenBody !== undefined || /graphql/i.test(path));
  findings.add({
    ...(hidden ? { verb: 'unknown' as const } : worse ? { verb: meaning } : sharper(meaning, resource)),
    ...(worse && meaning === 'update' && cuts.has(named.word) ? { destructiveness: 0.5 } : {}),
    resource: resource === 'unknown' && named !== undefined ? named.resource : resource,
    system,
    target: { ...target, ...(id === undefined ? {} : { id }) },
    ...(meaning === 'delete' || meaning === 'update' ? { scope: /[?&]?all=true/i.test(query) ? 'all' : scope } : {}),
    credentialRef,
    evidence: `${request.by}: HTTP ${method} ${path}${worse ? ` (${named.word})` : ''}`,
    // A GET leaves the machine and may carry data with it: a read, yet not plainly read-only.
    confidence: hidden ? 0.4 : unclear ? 0.6 : 0.9,
  });
}

/** `GET /volumes/1/delete` acts; `GET /buckets/archive` is a bucket of that name. */
function isHarmful(verb: Verb, path: string): boolean {
  if (verb === 'update') return IDENTIFIER.test(path.split('/').at(-2) ?? '');
  return verb === 'delete' || verb === 'grant' || verb === 'transfer' || verb === 'execute';
}

/** `…/volumes/1/delete`, `projects:undelete`, `?Action=TerminateInstances`, `X-Amz-Target: …DeleteTable`. */
function actInPath({ path, query, request }: RequestContext) {
  const action = /(?:^|&)(?:action|method|op|operation|command)=([\w.-]+)/i.exec(
    `${query}&${bodyAsQuery(request.body)}`,
  )?.[1];
  const header = request.headers
    .find(([name]) => /^x-amz-target$/i.test(name))?.[1]
    ?.split('.')
    .at(-1);
  const last = path.split('/').findLast((segment) => segment !== '' && !FILLER.test(segment)) ?? '';
  for (const name of [header, action, last.split(':').at(-1)]) {
    if (name === undefined || name === '') continue;
    const act = actOf(name.replace(/\.(?:php|json|aspx?|do)$/, ''));
    if (act?.sure === true) return act;
  }
  return undefined;
}

function bodyAsQuery(body: string | undefined): string {
  return body !== undefined && body.length < 4096 && !body.startsWith('{') ? body : '';
}

/** The last noun of a path, and the identifier that follows it. */
export function thingInPath(path: string, act?: string): { resource: string; id?: string; scope: Scope } {
  const segments = path
    .split('/')
    .slice(0, 40)
    .map((segment) => decode(segment.split(':', 1)[0] ?? ''))
    .filter(
      (segment) => segment !== '' && !FILLER.test(segment) && (act === undefined || !splitWords(segment).includes(act)),
    );
  const last = segments.at(-1);
  if (last === undefined) return { resource: 'unknown', scope: 'all' };
  const before = segments.at(-2);
  const everything = /^(?:\*|_all|all)$/.test(last);
  const isId = IDENTIFIER.test(last) || (before !== undefined && /[a-z]s$/i.test(before) && !/[a-z]s$/i.test(last));
  const noun =
    isId || everything ? segments.findLast((segment) => segment !== last && !IDENTIFIER.test(segment)) : last;
  const resource = noun === undefined ? 'unknown' : resourceOf(splitWords(noun));
  if (everything) return { resource, scope: 'all' };
  return isId ? { resource, id: last, scope: 'one' } : { resource, id: last, scope: /s$/.test(last) ? 'all' : 'one' };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
