import type { SessionMode } from '@haltwire/schemas';
import { sha256Hex } from '@haltwire/schemas';
import { type Faded, fade, hasFaded } from './faded.ts';

/** Caps of what a session remembers of its own doings. */
export const MEMORY_CAPS = {
  made: 256,
  blocked: 64,
  addresses: 256,
  repeats: 32,
  verdicts: 16,
  taskText: 2000,
} as const;

/** Where something was seen or done. */
export interface Trace {
  readonly callId: string;
  readonly at: number;
  /** In words: a tool, a host, a path. */
  readonly what: string;
}

/** A copy or move that nobody has looked at since. */
export interface CopyTrace extends Trace {
  readonly failed: boolean;
}

/** `touched`: changed, or created by a call that failed as a whole. */
export type MadeKind = 'file' | 'touched' | 'link';

/** How often the very same call came in a row, and which. */
export interface Repeat {
  readonly content: string;
  readonly times: number;
}

/**
 * What the later calls of a session are judged by, besides its secrets and failures. Every part has a cap; what must not be
 * forgotten under a flood fades into a Bloom filter.
 */
export interface SessionMemory {
  /** What its harness says that the session may do. */
  mode?: { readonly name: SessionMode; readonly at: number };
  /** What it was asked to do, as said before its first call. */
  taskText?: string;
  /** Where it was meant to work, as said before its first call. */
  environment?: string;
  /** Paths that it created itself, those it may have created or only changed, and those it made links of. */
  made: Map<string, MadeKind>;
  /** Acts that were refused, by act and target. */
  blocked: Map<string, Trace>;
  /** Addresses that results from outside showed, by the address. */
  addresses: Map<string, Trace>;
  /** Blocked acts and addresses that had to make room. */
  faded?: Faded;
  /** The newest content from outside. */
  untrusted?: Trace;
  /** The newest private content that was read after it. */
  sensitive?: Trace;
  copied?: CopyTrace;
  /** A result warned of a loss and waits for an answer. */
  warning?: Trace;
  repeat?: Repeat;
  /** Calls by minute of log time: the minute, and how many. */
  tempo?: { readonly minute: number; readonly calls: number };
  subAgents: number;
  /** The work was reported as done. */
  done?: Trace;
}

/** A memory of nothing. */
export function newMemory(): SessionMemory {
  return { made: new Map(), blocked: new Map(), addresses: new Map(), subAgents: 0 };
}

/** Remembers a blocked act. */
export function rememberBlocked(memory: SessionMemory, act: string, trace: Trace): void {
  memory.blocked.delete(act);
  memory.blocked.set(act, trace);
  fadeOldest(memory, memory.blocked, MEMORY_CAPS.blocked, 'blocked');
}

/** The block of an act, also a faded one. */
export function blockOf(memory: SessionMemory, act: string): Trace | undefined {
  return memory.blocked.get(act) ?? fadedTrace(memory, 'blocked', act);
}

/** Remembers an address that content from outside showed. The first sighting counts. */
export function rememberAddress(memory: SessionMemory, address: string, trace: Trace): void {
  if (memory.addresses.has(address)) return;
  memory.addresses.set(address, trace);
  fadeOldest(memory, memory.addresses, MEMORY_CAPS.addresses, 'address');
}

/** Where an address was seen, also a faded one. */
export function addressOf(memory: SessionMemory, address: string): Trace | undefined {
  return memory.addresses.get(address) ?? fadedTrace(memory, 'address', address);
}

function fadeOldest(memory: SessionMemory, map: Map<string, Trace>, cap: number, kind: string): void {
  if (map.size <= cap) return;
  const oldest = map.entries().next();
  if (oldest.done === true) return;
  const [key, { at }] = oldest.value;
  memory.faded = fade(memory.faded, fadedKey(kind, key), at);
  map.delete(key);
}

function fadedTrace(memory: SessionMemory, kind: string, key: string): Trace | undefined {
  const { faded } = memory;
  if (faded === undefined || !hasFaded(faded, fadedKey(kind, key))) return undefined;
  return { callId: '', at: faded.at, what: 'an earlier call' };
}

function fadedKey(kind: string, key: string): string {
  return `hwf_${sha256Hex(`${kind} ${key}`)}`;
}

/** Remembers a path that the session created. A full memory forgets the oldest: its deletion then counts in full. */
export function rememberMade(memory: SessionMemory, path: string, as: MadeKind): void {
  const known = memory.made.get(path);
  // Once a link, always suspect: what it leads to is not what was created. What was there before stays what it was.
  if (known === 'link' || (known === 'touched' && as === 'file')) return;
  if (known === 'file' && as === 'touched') return;
  memory.made.set(path, as);
  if (memory.made.size <= MEMORY_CAPS.made) return;
  for (const [oldest, kind] of memory.made) {
    if (kind === 'link') continue;
    memory.made.delete(oldest);
    return;
  }
  memory.made.clear();
}

/** Whether the session had to do with a path at all: made or changed it, something above or below it. */
export function hasTouched(memory: SessionMemory, path: string): boolean {
  for (const one of memory.made.keys())
    if (one === path || one.startsWith(`${path}/`) || path.startsWith(`${one}/`)) return true;
  return false;
}

/** Whether the session created this very path, or a folder around it, and made no link there. */
export function wasMade(memory: SessionMemory, path: string): boolean {
  let made = false;
  for (let at = path; at.length > 1; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    const kind = memory.made.get(at);
    if (kind === 'link') return false;
    if (kind === 'file') made = true;
  }
  if (!made) return false;
  for (const [one, kind] of memory.made) if (kind === 'link' && one.startsWith(`${path}/`)) return false;
  return true;
}

/** Counts a call into the run of equal ones. Answers how long the run is now. */
export function countRepeat(memory: SessionMemory, content: string): number {
  const times = memory.repeat?.content === content ? memory.repeat.times + 1 : 1;
  memory.repeat = { content, times };
  return times;
}

/** Counts a call into its minute. Answers how many that minute has now. */
export function countTempo(memory: SessionMemory, now: number): number {
  const minute = Math.floor(now / 60_000);
  const calls = memory.tempo?.minute === minute ? memory.tempo.calls + 1 : 1;
  memory.tempo = { minute, calls };
  return calls;
}
