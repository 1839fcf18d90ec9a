import { classifyCode } from '../../code/classify-code.ts';
import { add, type Call, type Handler, valuesOf } from '../call.ts';
import { has, optionValue, readOptions } from '../options.ts';
import { runWrapped } from '../run.ts';
import { literal } from '../state.ts';
import { walkSource } from '../walk.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';
import { noteReset } from './migrations.ts';
import { pip } from './packages.ts';
import { fileText, hiddenProgram, runsFile } from './shells.ts';
import { unknownProgram } from './unknown.ts';

/** A project's own command line, run by its interpreter. */
const PROJECT_TOOLS = /(?:^|\/)(?:manage\.py|artisan|rails|rake|console|spark|cake)$/;

/** Code that a project's own command line is given: `manage.py shell -c …`, `rails runner …`, `artisan tinker --execute=…`. */
export function projectCode(words: Call['args']): Call['args'][number] | undefined {
  const [name, ...rest] = words;
  if (name?.value === 'runner' || name?.value === 'r') return rest.find(({ value }) => !value.startsWith('-'));
  if (!/^(?:shell|shell_plus|tinker|console|eval)$/.test(name?.value ?? '')) return undefined;
  return optionValue(
    readOptions(rest, { valued: 'ce', long: ['command', 'execute', 'eval'] }),
    'c',
    'command',
    'e',
    'execute',
    'eval',
  );
}

/** `python -c`, `node -e`, `perl -e`; a heredoc or pipe into it; a script file. */
function interpreter(inline: string, long: readonly string[]): Handler {
  return (call) => {
    const options = readOptions(call.args, { valued: `${inline}mrWX`, long, stopAtOperand: true });
    const [word, given] = options.operands;
    const code = word?.value === 'eval' && call.name !== 'node' ? given : optionValue(options, ...inline, ...long);
    if (has(options, 'version', 'V', 'v', 'help', 'h') && options.operands.length === 0)
      return add(call, { verb: 'read', resource: 'program', system: 'shell', confidence: 0.9 });
    if (code !== undefined) return classifyCode(call, code.value);
    const module = call.name.startsWith('python') ? optionValue(options, 'm')?.value : undefined;
    if (module === 'pip') return pip({ ...call, name: 'pip', args: options.operands });
    if (module !== undefined && call.shell.programs.has(module) && !/^(?:test|time|script)$/.test(module))
      return runWrapped(call, [literal(module), ...options.operands]);
    if (module !== undefined && noteReset(call, module, [module, ...valuesOf(options.operands)])) return;
    if (module !== undefined)
      return add(call, {
        verb: 'execute',
        resource: 'program',
        system: 'shell',
        target: { id: module },
        confidence: 0.6,
      });
    const [file] = options.operands;
    const written = file === undefined ? undefined : fileText(call, file);
    if (written !== undefined) return classifyCode(call, written, false);
    const project = file === undefined ? undefined : PROJECT_TOOLS.exec(file.value)?.[0].replace(/^.*\//, '');
    const theirs = project === undefined ? undefined : projectCode(options.operands.slice(1));
    if (theirs !== undefined) return classifyCode(call, theirs.value);
    if (project !== undefined && noteReset(call, project, valuesOf(options.operands.slice(1)))) return;
    if (file !== undefined && file.value !== '-') return runsFile({ ...call, args: options.operands });
    if (call.input.text !== undefined) return classifyCode(call, call.input.text);
    if (call.input.from !== undefined) return hiddenProgram(call, call.input.from);
    add(call, { verb: 'execute', resource: 'program', system: 'shell', confidence: 0.5 });
  };
}

/** Reads, unless its program pipes, writes or calls the system. */
const awk: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'Fvf' });
  const program = options.operands[0]?.value ?? '';
  if (/system\s*\(|\|\s*(?:getline|&|")|>\s*"|"\s*\|/.test(program)) {
    call.findings.unclear('an awk program that may write or execute');
    add(call, { verb: 'execute', resource: 'program', system: 'shell', confidence: 0.5 });
    const text = /system\s*\(\s*"((?:[^"\\]|\\.){1,1000})"/.exec(program)?.[1];
    if (text !== undefined) walkSource(text, { ...call.shell, depth: call.shell.depth + 1 });
    return;
  }
  add(call, { verb: 'read', resource: 'text', system: 'filesystem', confidence: 0.95 });
};

const builds =
  'make cmake ninja bazel tsc eslint prettier biome jest vitest mocha pytest tox nox black ruff mypy flake8 rustc gcc g++ clang javac phpunit rspec rubocop turbo nx vite webpack esbuild rollup';

/** Interpreters of other languages, and tools that run a project's own code. */
export const interpreters: CommandTable = {
  python: interpreter('c', []),
  python3: interpreter('c', []),
  python2: interpreter('c', []),
  ipython: interpreter('c', []),
  node: interpreter('ep', ['eval', 'print']),
  nodejs: interpreter('ep', ['eval', 'print']),
  deno: interpreter('e', ['eval']),
  tsx: interpreter('e', ['eval']),
  ruby: interpreter('e', []),
  perl: interpreter('eE', []),
  php: interpreter('r', ['run']),
  lua: interpreter('e', []),
  osascript: (call) => {
    const script = call.args
      .map(({ value }) => value)
      .join(' ')
      .slice(0, 4096);
    const text = /do shell script "((?:[^"\\]|\\.)*)"/.exec(script)?.[1];
    if (text !== undefined) walkSource(text, { ...call.shell, depth: call.shell.depth + 1 });
    interpreter('e', [])(call);
  },
  // A java archive's own name says which program runs.
  java: (call) => {
    const at = call.args.findIndex(({ value }) => value === '-jar');
    const jar = at === -1 ? undefined : call.args[at + 1];
    const name =
      jar?.value
        .split('/')
        .at(-1)
        ?.replace(/\.jar$/, '') ?? 'java';
    return unknownProgram({ ...call, name, args: call.args.slice(at + 2) });
  },
  ...each('awk gawk mawk', awk),
  ...each(builds, (call) =>
    add(call, { verb: 'execute', resource: 'script', system: 'shell', destructiveness: 0.2, confidence: 0.6 }),
  ),
};
