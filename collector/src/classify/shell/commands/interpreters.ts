import { secretStore } from '@haltwire/schemas';
import type { EffectDraft } from '../../impact.ts';
import { add, type Call, type Handler } from '../call.ts';
import { has, optionValue, readOptions } from '../options.ts';
import { runWrapped } from '../run.ts';
import { literal } from '../state.ts';
import { walkSource } from '../walk.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';
import { pip } from './packages.ts';
import { hiddenProgram, runsFile } from './shells.ts';

type Draft = Omit<EffectDraft, 'evidence'>;

/** What library calls in inline code do. Not a parse: confidence stays low, and the code stays opaque. */
const calls: readonly (readonly [RegExp, Draft])[] = [
  [
    /\b(?:shutil\.rmtree|rmtree|rm_rf|FileUtils\.rm_r\w*|fs(?:\.promises)?\.rm\w*\([^)]*recursive|rimraf|File::Path)/,
    { verb: 'delete', resource: 'directory', system: 'filesystem', scope: 'many', destructiveness: 0.7 },
  ],
  [
    /\b(?:os\.(?:remove|unlink|rmdir|removedirs)|\.unlink\(|unlink(?:Sync)?\s*\(?|fs(?:\.promises)?\.rm|File\.delete|FileUtils\.rm|Path\([^)]*\)\.unlink)/,
    { verb: 'delete', resource: 'file', system: 'filesystem' },
  ],
  [
    /\b(?:drop_all|dropDatabase|drop_database|FLUSHALL|flushall|DROP\s+(?:TABLE|DATABASE|SCHEMA))/i,
    { verb: 'delete', resource: 'database', system: 'sql', scope: 'all' },
  ],
  [
    /\b(?:requests|httpx|axios)\.delete\(|method\s*[:=]\s*['"]DELETE/i,
    { verb: 'delete', resource: 'unknown', system: 'http' },
  ],
  [
    /\bmutation\b[\s\S]{0,200}?(?:delete|destroy|remove)|(?:delete|destroy|terminate)_\w+\(|\.(?:delete|destroy|terminate)\w*\(/i,
    { verb: 'delete', resource: 'unknown', system: 'http', confidence: 0.5 },
  ],
  [
    /\b(?:requests|httpx|axios)\.(?:post|put|patch)\(|urlopen\(|fetch\(/,
    { verb: 'unknown', resource: 'unknown', system: 'http' },
  ],
  [/\bos\.kill|process\.kill|killpg/, { verb: 'delete', resource: 'process', system: 'process' }],
  [
    /open\([^)]*['"][wax]b?\+?['"]|write_text|writeFile|File\.write|\.to_csv/,
    { verb: 'update', resource: 'file', system: 'filesystem' },
  ],
];

/** A shell text inside code: `os.system('…')`, `subprocess.run('…', shell=True)`, `execSync('…')`, backticks. */
const SHELL_TEXT =
  /(?:os\.system|os\.popen|subprocess\.\w+|exec(?:Sync|File|FileSync)?|spawn(?:Sync)?|system|shell_exec|passthru|popen)\s*\(?\s*(\[?)\s*(?:"((?:[^"\\]|\\.){1,2000})"|'((?:[^'\\]|\\.){1,2000})')([^\]\n]{0,400})/g;

/** Reads inline code as far as names of library calls tell. */
export function classifyCode(call: Call, code: string): void {
  const text = code.slice(0, 20_000);
  call.findings.unclear(`${call.name}: inline code that is not parsed`);
  for (const match of [...text.matchAll(SHELL_TEXT)].slice(0, 8)) {
    const first = (match[2] ?? match[3] ?? '').replaceAll(/\\(["'])/g, '$1');
    const rest =
      match[1] === '[' ? [...(match[4] ?? '').matchAll(/["']([^"']{0,500})["']/g)].map((word) => word[1] ?? '') : [];
    if (rest.length > 0) runWrapped(call, [first, ...rest].map(literal));
    else walkSource(first, { ...call.shell, depth: call.shell.depth + 1, trail: `${call.shell.trail}${call.name} > ` });
  }
  let found = 0;
  for (const [pattern, draft] of calls) {
    const seen = pattern.exec(text)?.[0];
    if (seen === undefined || found >= 4) continue;
    found++;
    add(call, { confidence: 0.6, ...draft, note: `code: ${seen.slice(0, 60)}` });
  }
  if (/\bos\.environ\b(?!\s*[[.])|process\.env\b(?![.[])|printenv/.test(text))
    call.findings.hunt(`${call.name} reads the whole environment`);
  for (const word of (text.match(/["'][^"'\s]{2,200}["']/g) ?? []).slice(0, 50)) {
    const store = secretStore(word.slice(1, -1));
    if (store !== undefined && word.includes('.')) call.findings.hunt(`code names ${word.slice(1, -1)}: ${store}`);
  }
  add(call, { verb: 'execute', resource: 'program', system: 'shell', note: 'inline code', confidence: 0.5 });
}

/** `python -c`, `node -e`, `perl -e`; a heredoc or pipe into it; a script file. */
function interpreter(inline: string, long: readonly string[]): Handler {
  return (call) => {
    const options = readOptions(call.args, { valued: `${inline}mrWX`, long, stopAtOperand: true });
    const code = optionValue(options, ...inline, ...long);
    if (has(options, 'version', 'V', 'v', 'help', 'h') && options.operands.length === 0)
      return add(call, { verb: 'read', resource: 'program', system: 'shell', confidence: 0.9 });
    if (code !== undefined) return classifyCode(call, code.value);
    const module = call.name.startsWith('python') ? optionValue(options, 'm')?.value : undefined;
    if (module === 'pip') return pip({ ...call, name: 'pip', args: options.operands });
    if (module !== undefined)
      return add(call, {
        verb: 'execute',
        resource: 'program',
        system: 'shell',
        target: { id: module },
        confidence: 0.6,
      });
    const [file] = options.operands;
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
  'make cmake ninja bazel tsc eslint prettier biome jest vitest mocha pytest tox nox black ruff mypy flake8 rustc gcc g++ clang javac java phpunit rspec rubocop turbo nx vite webpack esbuild rollup';

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
  osascript: interpreter('e', []),
  ...each('awk gawk mawk', awk),
  ...each(builds, (call) =>
    add(call, { verb: 'execute', resource: 'script', system: 'shell', destructiveness: 0.2, confidence: 0.6 }),
  ),
};
