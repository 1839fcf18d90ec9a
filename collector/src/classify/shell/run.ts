import { speaksOfSecrets } from '@haltwire/schemas';
import { LIMITS } from '../config.ts';
import { add, type Call, type Handler, pathOf } from './call.ts';
import { hiddenProgram } from './commands/shells.ts';
import { unknownProgram } from './commands/unknown.ts';
import { type Argument, type Input, nested, type Shell } from './state.ts';
import { noteSpawned } from './steering.ts';
import { walkNode, walkSource } from './walk.ts';
import { writtenText } from './written.ts';

/** A command after expansion. */
export interface RunRequest {
  readonly words: readonly Argument[];
  readonly shell: Shell;
  readonly environment: readonly string[];
  readonly input: Input;
}

/** Runs a command through its handler: a function of the script, a known program, or an unknown one. */
export function runCommand({ words, shell, environment, input }: RunRequest): void {
  const { findings } = shell;
  const [first, ...args] = words;
  if (first === undefined || (first.value === '' && first.known)) return;
  if (!findings.spendCommand()) return;
  if (shell.depth >= LIMITS.depth) {
    findings.unread('shell nested deeper than is walked');
    return;
  }
  const name = programName(first.value);
  const call: Call = { name, args, shell, findings, input, environment };
  if (args.length > LIMITS.operands || args.some((word) => speaksOfSecrets(word.value.slice(0, 2000))))
    findings.sensitive = true;
  // `${x:-rm}`: shown, unless the environment sets it.
  const shown = first.known || /^[\w.+-]+$/.test(first.value);
  if (!first.known) findings.unclear(`the program's name is not certain: ${first.value}`);
  if (!shown) {
    findings.unclear(`the program's name is not shown: ${first.value}`);
    add({ ...call, name: first.value }, { verb: 'unknown', resource: 'program', system: 'shell', confidence: 0.3 });
    return;
  }
  const alias = shell.made.aliases.size === 0 ? undefined : shell.made.aliases.get(first.value);
  if (alias !== undefined) {
    // An alias of its own name is not expanded again.
    shell.made.aliases.delete(first.value);
    const source = [alias, ...args.map(quotedWord)].join(' ');
    walkSource(source, { ...shell, depth: shell.depth + 1, trail: `${shell.trail}${first.value} > ` });
    shell.made.aliases.set(first.value, alias);
    return;
  }
  const script = first.value.includes('/') ? writtenText(shell, first) : undefined;
  if (script !== undefined) {
    runScript(call, script);
    return;
  }
  if (first.value.includes('/') && shell.made.fetched.has(pathOf(call, first).path ?? first.value)) {
    hiddenProgram(call, 'curl');
    return;
  }
  const defined = shell.functions.get(first.value);
  if (defined !== undefined) {
    if (shell.trail.includes(`${first.value}() > `)) {
      const note = 'calls itself, without an end that is shown';
      add(call, {
        verb: 'update',
        resource: 'machine',
        system: 'process',
        destructiveness: 0.5,
        note,
        confidence: 0.5,
      });
      return;
    }
    const inner = nested(shell, { depth: shell.depth + 1, trail: `${shell.trail}${first.value}() > ` });
    for (const [index, argument] of args.slice(0, 20).entries()) inner.variables.set(String(index + 1), argument);
    const all = args.map((argument) => argument.value).join(' ');
    for (const each of ['@', '*'])
      inner.variables.set(each, { value: all, known: args.every((argument) => argument.known) });
    walkNode(defined.body, inner, input);
    return;
  }
  embeddedPrograms(call);
  noteSpawned(call);
  if (asksForHelp(call)) {
    add(call, { verb: 'read', resource: 'program', system: 'shell', confidence: 0.9 });
    return;
  }
  const handler: Handler = shell.programs.get(name) ?? familyOf(name, shell) ?? unknownProgram;
  handler(call);
}

/** A word that the shell reads as this one. What is not known stays open. */
function quotedWord({ value, known, glob }: Argument): string {
  return known && !glob ? `'${value.replaceAll("'", `'\\''`)}'` : value;
}

/** A file that the call or its session wrote, run by its path: in the language of its first line. */
function runScript(call: Call, text: string): void {
  const interpreter = /^#!\s*(?:\S*\/env\s+)?(?:\S*\/)?(\w+)/.exec(text)?.[1] ?? 'sh';
  const handler = call.shell.programs.get(interpreter);
  const body = { text, from: call.name };
  if (handler !== undefined) handler({ ...call, name: interpreter, args: [], input: body });
  else walkSource(text, { ...call.shell, depth: call.shell.depth + 1, trail: `${call.shell.trail}${call.name} > ` });
}

/** Programs whose last word belongs to another command, or is text. */
const PASSES_ON =
  /^(?:echo|printf|sudo|doas|env|xargs|find|command|exec|eval|time|timeout|nohup|nice|sh|bash|zsh|ssh|npx|python\d?|node)$/;

/** `--help` or `--version` as the only or the last word: prints and ends. */
function asksForHelp({ args, name }: Call): boolean {
  const last = args.at(-1)?.value ?? '';
  if (name === 'echo' || !/^--(?:help|version)$/.test(last)) return false;
  if (args.length === 1) return true;
  // The word before may take it as its value.
  return (
    last === '--help' &&
    !PASSES_ON.test(name) &&
    !/^-/.test(args.at(-2)?.value ?? '') &&
    !args.some(({ value }) => value === '--')
  );
}

/** Options that hand a program a command of their own. */
const EMBEDDED =
  /(?:^|o)(?:ProxyCommand|LocalCommand|--rsh|--rsync-path|--info-script|--to-command|--use-compress-program|--checkpoint-action)=(?:exec=)?(.+)$/s;

function embeddedPrograms(call: Call): void {
  for (const { value } of call.args) {
    const text = value.length <= 4096 ? EMBEDDED.exec(value)?.[1] : undefined;
    if (text === undefined) continue;
    const trail = `${call.shell.trail}${call.name} > `;
    walkSource(text, { ...call.shell, depth: call.shell.depth + 1, trail });
  }
}

const COREUTILS =
  /^g(?:rm|find|xargs|sed|mv|cp|dd|shred|truncate|unlink|rmdir|tar|chmod|chown|nice|env|cat|ls|head|tail|awk|grep)$/;

/** `/usr/bin/rm` is `rm`; `PYTHON3.12` is `python3.12`. */
function programName(value: string): string {
  const base = value.replaceAll('\\', '/').split('/').at(-1) ?? value;
  const plain = base.toLowerCase().replace(/\.(?:exe|cmd|bat)$/, '');
  // Homebrew's GNU programs.
  return COREUTILS.test(plain) ? plain.slice(1) : plain;
}

/** Programs whose name carries a version or a file system. */
function familyOf(name: string, shell: Shell): Handler | undefined {
  const family = /^(mkfs|python|pip|node|ruby|perl|php)[.\d]/.exec(name)?.[1];
  return family === undefined ? undefined : shell.programs.get(family);
}

/** Runs words as a command of their own: what `sudo`, `env`, `xargs` and the like wrap. */
export function runWrapped(call: Call, words: readonly Argument[], changes: Partial<Shell> = {}, input?: Input): void {
  const trail = `${call.shell.trail}${call.name} > `;
  const shell = { ...call.shell, trail, depth: call.shell.depth + 1, ...changes };
  runCommand({ words, shell, environment: call.environment, input: input ?? call.input });
}
