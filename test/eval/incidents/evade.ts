import { diceOf } from '../evasion/dice.ts';
import { rewritings } from '../evasion/transforms/index.ts';
import type { HttpSeed, Seed, ShellSeed } from '../evasion/types.ts';
import type { ToolCall } from '../support/front.ts';

/** What the harmful calls of reports say is no one simple command: a shell runs it as it is. */
const SIMPLE = /^[\w@%+=:,./\\-]+$/;

/** These take a command line apart once more: what they make of one with quotes is another act. */
const SPLITTING = new Set(['function', 'xargs', 'perl calls a shell']);

/** `rev` turns lines, not their order. */
const BY_LINES = new Set(['reversed']);

/** A harmful call rewritten by every transformation that fits it. Calls of code and of functions have none. */
export function evasionsOf(call: ToolCall, seed: number): { readonly name: string; readonly call: ToolCall }[] {
  const act = seedOf(call);
  if (act === undefined) return [];
  const words = act.family === 'shell' ? act.argv : [];
  const whole = words.some((word) => !SIMPLE.test(word));
  const lines = words.some((word) => word.includes('\n'));
  return rewritings(act, diceOf(seed)).filter(
    ({ name }) => !(whole && SPLITTING.has(name)) && !(lines && BY_LINES.has(name)),
  );
}

/** A call as the evasion grammar takes it. */
export function seedOf({ tool, arguments: args }: ToolCall): Seed | undefined {
  if (typeof args !== 'object' || args === null) return undefined;
  if (tool === 'bash' && 'command' in args && typeof args.command === 'string') return shellSeed(args.command);
  if (tool === 'execute_sql' && 'query' in args && typeof args.query === 'string')
    return { family: 'sql', name: 'sql', benign: false, statement: args.query };
  if ('method' in args && 'url' in args) return httpSeed(String(args.method), String(args.url));
  return undefined;
}

/** Words without anything that a shell expands are the command's; everything else is given to a shell whole. */
function shellSeed(command: string): ShellSeed {
  const words = command.trim().split(/[ \t]+/);
  const [program = 'true', ...rest] = words;
  if (!words.every((word) => SIMPLE.test(word)))
    return { family: 'shell', name: 'sh -c', benign: false, argv: ['bash', '-c', command] };
  const removed = /^rm$/.test(program) && rest.filter((word) => !word.startsWith('-'));
  const removes = removed !== false && removed.length === 1 && removed[0] !== undefined ? { removes: removed[0] } : {};
  return { family: 'shell', name: program, benign: false, argv: [program, ...rest], ...removes };
}

function httpSeed(method: string, url: string): HttpSeed | undefined {
  if (method !== 'GET' && method !== 'POST' && method !== 'DELETE') return undefined;
  if (!URL.canParse(url)) return undefined;
  const { host, pathname } = new URL(url);
  const [thing = 'thing', last = ''] = pathname.split('/').filter((part) => part !== '');
  const verb = method === 'DELETE' ? 'delete' : method === 'POST' ? last || 'create' : 'get';
  return {
    family: 'http',
    name: `${method} ${thing}`,
    benign: false,
    method,
    host,
    path: pathname,
    rpc: `${thing}.${verb}`,
  };
}
