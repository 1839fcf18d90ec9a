import type { Effect, Target } from '@haltwire/schemas';
import { LIMITS } from './config.ts';
import { credentialIn } from './credentials.ts';
import type { Findings } from './findings.ts';
import { type EffectDraft, rate } from './impact.ts';
import { cuts, cutting } from './lexicon.ts';
import { resolvePath } from './paths.ts';
import { notePath } from './secrets.ts';
import { cut, isRecord, stringMember } from './text.ts';
import { actOfTool, gravityOf, type ToolAct } from './tool-act.ts';
import type { ClassifyTool } from './types.ts';
import { actOf, type NamedAct, resourceOf, splitWords } from './words.ts';

/** Members that name what is acted on, best first. */
const idMembers = [
  'id',
  'uuid',
  'identifier',
  'name',
  'key',
  'target',
  'resource',
  'ref',
  'slug',
  'path',
  'url',
] as const;

/** Words of a description that make a call worse than its name says. */
const WARNS = /\b(?:permanently|irreversibl[ey]|cannot be undone|can't be undone|destructive)\b/i;

/**
 * Classifies a tool that is known by its name only. What its sender says about it (description, parameters, hint) is a
 * claim: where that tells of something graver, it stands beside what the name says.
 */
export function classifyGeneric(findings: Findings, tool: ClassifyTool, args: unknown): void {
  noteArguments(findings, args);
  const credentialRef = credentialIn(textOf(args), findings.credentials, false);
  const named = draftOf({ name: tool.name }, args, credentialRef);
  findings.add(named);
  if (named.verb === 'read') noteSaved(findings, args);
  if (tool.description === undefined && tool.parameters === undefined && tool.destructive !== true) return;
  const told = draftOf(tool, args, credentialRef);
  if (graver(told, named)) findings.add(told);
}

function graver(told: EffectDraft, named: EffectDraft): boolean {
  const more = gravityOf(told.verb) - gravityOf(named.verb);
  return more > 0 || (more === 0 && rate(told).destructiveness > rate(named).destructiveness);
}

function draftOf(tool: ClassifyTool, args: unknown, credentialRef: string | undefined): EffectDraft {
  const { system, act: named } = namedTool(tool.name);
  const act = actOfTool(tool, named, args);
  const warns = WARNS.test(tool.description ?? '') || tool.destructive === true;
  if (act === undefined)
    return {
      verb: warns ? 'delete' : 'unknown',
      resource: 'unknown',
      system,
      target: targetIn(args, 'unknown'),
      credentialRef,
      ...(warns ? {} : { destructiveness: 0.4 }),
      evidence: `tool ${tool.name}: its name says no act`,
      confidence: 0.3,
    };
  return {
    ...actEffect(act, system, args),
    destructiveness: act.destructiveness,
    reversibility: act.reversibility,
    credentialRef,
    ...cutsTies(act),
    ...(warns && act.verb === 'update' ? { destructiveness: 0.6, reversibility: 'irreversible' as const } : {}),
    evidence: `tool ${tool.name}: ${act.from} says ${act.word}`,
    confidence: confidenceOf(act),
  };
}

/** Nothing is deleted, yet what hangs on the tie fails: more than an ordinary change. */
function cutsTies(act: NamedAct): { destructiveness?: number } {
  return act.verb === 'update' && cuts.has(act.word) ? { destructiveness: cutting(act.word, act.resource) } : {};
}

/** A read that names a place to save to also writes there. */
export function noteSaved(findings: Findings, args: unknown): void {
  const to = stringMember(args, ['save_dir', 'save_path', 'output_path', 'destination', 'dest']);
  if (to === undefined) return;
  const { path } = resolvePath(to, undefined);
  findings.add({
    verb: 'create',
    resource: 'file',
    system: 'filesystem',
    target: { id: to, path },
    destructiveness: 0.3,
    evidence: `saves to ${to}`,
    confidence: 0.7,
  });
}

function confidenceOf(act: ToolAct): number {
  // A name is a promise of whoever wrote the tool, never a proof: reads by name alone are not the fast path.
  return act.from === 'name' || act.from === 'argument' ? (act.sure ? 0.9 : 0.7) : 0.5;
}

/** An effect's core from a named act and its arguments. */
export function actEffect(
  act: NamedAct,
  system: string,
  args: unknown,
): Pick<Effect, 'verb' | 'resource' | 'system'> & {
  target: Target;
  scope: Effect['scope'];
} {
  return {
    verb: act.verb,
    resource: act.resource,
    system,
    target: targetIn(args, act.resource),
    scope: scopeIn(args),
  };
}

/** MCP clients name tools `mcp__server__tool`; the server is the system. */
export function namedTool(name: string): { system: string; local: string; act: NamedAct | undefined } {
  const mcp = /^mcp_{1,2}([A-Za-z0-9.-]+?)_{1,2}(.+)$/.exec(name.slice(0, 300));
  const server = mcp?.[1]?.toLowerCase();
  const local = mcp?.[2] ?? name;
  const ignored = new Set(server === undefined ? [] : server.split(/[^a-z0-9]+/));
  const dotted = /^([a-z][a-z0-9]+)[./:]/i.exec(local)?.[1]?.toLowerCase();
  return { system: server ?? dotted ?? 'tool', local, act: actOf(local, ignored) };
}

/** The identifier of a resource among arguments: `volumeId` for a volume, else `id`, else the first member like it. */
export function targetIn(args: unknown, resource: string): Target {
  if (typeof args === 'string') return args === '' ? {} : { id: cut(args, 512) };
  if (!isRecord(args)) return {};
  const squeezed = resource.replaceAll('-', '');
  const entries = Object.entries(args).slice(0, 64);
  const scalar = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  const sameThing = entries.find(([key]) => resourceOf(splitWords(key)) === resource)?.[1];
  const wanted = [`${squeezed}id`, `${squeezed}name`, squeezed, `${squeezed}uuid`];
  let found: string | undefined;
  for (const name of wanted) {
    found ??= scalar(entries.find(([key]) => key.replaceAll(/[_-]/g, '').toLowerCase() === name)?.[1]);
  }
  found ??= scalar(sameThing);
  for (const name of idMembers) found ??= scalar(entries.find(([key]) => key.toLowerCase() === name)?.[1]);
  found ??= scalar(entries.find(([key]) => /(?:id|name)s?$/i.test(key))?.[1]);
  const list = entries.find(([key, value]) => /(?:ids|names)$/i.test(key) && Array.isArray(value))?.[1];
  if (found === undefined && Array.isArray(list)) found = list.slice(0, 8).map(String).join(',');
  const nested = entries.find(
    ([key, value]) => /^(?:input|params|where|data|filter)$/.test(key) && isRecord(value),
  )?.[1];
  if (found === undefined && nested !== undefined) return targetIn(nested, resource);
  const environment = stringMember(args, ['environment', 'env', 'stage']);
  return {
    ...(found === undefined || found === '' ? {} : { id: found }),
    ...(environment === undefined ? {} : { environment }),
  };
}

function scopeIn(args: unknown): Effect['scope'] {
  if (!isRecord(args)) return 'one';
  const entries = Object.entries(args).slice(0, 64);
  if (entries.some(([key, value]) => /^(?:all|everything)$/i.test(key) && value === true)) return 'all';
  if (entries.some(([, value]) => value === '*')) return 'all';
  if (entries.some(([, value]) => Array.isArray(value) && value.length > 1)) return 'many';
  return 'one';
}

/** Notes secret-bearing paths among the arguments, with a cap. */
function noteArguments(findings: Findings, args: unknown): void {
  const open: unknown[] = [args];
  for (let seen = 0; open.length > 0; seen++) {
    if (seen > LIMITS.members) {
      findings.unclear('more arguments than are looked at');
      return;
    }
    const next = open.pop();
    if (typeof next === 'string' && next.length <= 1024) notePath(findings, next, 'argument');
    else if (Array.isArray(next)) for (const item of next.slice(0, LIMITS.members)) open.push(item);
    else if (isRecord(next)) for (const item of Object.values(next).slice(0, LIMITS.members)) open.push(item);
  }
}

/** The arguments as text, for placeholders; bounded. */
export function textOf(args: unknown): string {
  if (typeof args === 'string') return args.slice(0, LIMITS.parsedText);
  const parts: string[] = [];
  const open: unknown[] = [args];
  for (let seen = 0; open.length > 0 && seen < LIMITS.members; seen++) {
    const next = open.pop();
    if (typeof next === 'string') parts.push(next.slice(0, LIMITS.parsedText));
    else if (typeof next === 'object' && next !== null)
      open.push(...Object.values(next).slice(0, LIMITS.members).reverse());
  }
  return parts.join('\n').slice(0, LIMITS.parsedText * 2);
}
