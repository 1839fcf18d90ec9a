import { add, type Call, type Handler, pathOf } from '../call.ts';
import { has, readOptions } from '../options.ts';
import { literal, nested } from '../state.ts';
import { walkSource } from '../walk.ts';
import { writtenText } from '../written.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';

/** `bash -c '…'`, `bash < text`, `… | sh`, `bash file`. */
const shell: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'cO', long: ['rcfile', 'init-file'], stopAtOperand: true });
  const at = call.args.findIndex(({ value }) => /^-\w*c$/.test(value));
  if (at !== -1) {
    const [text, , ...positional] = call.args.slice(at + 1);
    return source(call, text?.value ?? '$1', text?.known ?? false, positional);
  }
  const [file] = options.operands;
  const written = file === undefined ? undefined : fileText(call, file);
  if (written !== undefined) return source(call, written, true, options.operands.slice(1));
  if (file !== undefined && !has(options, 's')) return runsFile(call);
  if (call.input.text !== undefined) return source(call, call.input.text, true);
  if (call.input.from === undefined) {
    add(call, { verb: 'execute', resource: 'shell', system: 'shell', confidence: 0.6 });
    return;
  }
  hiddenProgram(call, call.input.from);
};

/** What a script file holds, when the call or its session wrote it, or when it is the standard input. */
export function fileText(call: Call, file: Call['args'][number]): string | undefined {
  return file.value === '/dev/stdin' || file.value === '-' ? call.input.text : writtenText(call.shell, file);
}

/** Runs text as shell source of its own. */
function source(call: Call, text: string, known: boolean, positional: Call['args'] = []): void {
  const fetched = known ? undefined : /^\s*[$`]\(?\s*(curl|wget|fetch)\b/.exec(text)?.[1];
  if (fetched !== undefined) {
    hiddenProgram(call, fetched);
    return;
  }
  if (!known) call.findings.unclear(`${call.name} runs a text that is not fully shown`);
  if (!known && !/[\s;|&]/.test(text)) {
    add(call, { verb: 'unknown', resource: 'program', system: 'shell', confidence: 0.3 });
    return;
  }
  const inner = nested(call.shell, { depth: call.shell.depth + 1, trail: `${call.shell.trail}${call.name} -c > ` });
  for (const pair of call.environment) {
    const equals = pair.indexOf('=');
    inner.variables.set(pair.slice(0, equals), { value: pair.slice(equals + 1), known: !pair.includes('$') });
  }
  for (const [index, argument] of positional.slice(0, 9).entries()) inner.variables.set(String(index + 1), argument);
  walkSource(text, inner);
}

/** What is piped into an interpreter and not shown. */
export function hiddenProgram(call: Call, from: string): void {
  const remote = /^(?:curl|wget|fetch|http|https|aria2c)$/.test(from);
  call.findings.unclear(`${from} is piped into ${call.name}: the program is not shown`);
  add(call, {
    verb: 'execute',
    resource: remote ? 'remote-program' : 'program',
    system: 'shell',
    destructiveness: 0.6,
    reversibility: 'irreversible',
    note: `runs what ${from} prints`,
    confidence: 0.9,
  });
}

/** A script file: known by its path only. */
export function runsFile(call: Call): void {
  const file = readOptions(call.args, { stopAtOperand: true }).operands[0] ?? literal('');
  if (/^<\(/.test(file.value)) {
    hiddenProgram(call, /^<\(\s*(\w+)/.exec(file.value)?.[1] ?? 'a substitution');
    return;
  }
  if (call.shell.made.fetched.has(pathOf(call, file).path ?? file.value)) {
    hiddenProgram(call, 'curl');
    return;
  }
  add(call, {
    verb: 'execute',
    resource: 'script',
    system: 'shell',
    target: pathOf(call, file).target,
    confidence: 0.6,
  });
}

/** Shells by name. */
export const shells: CommandTable = {
  ...each('sh bash zsh dash ksh ash fish rbash', shell),
  eval: (call) => {
    const text = call.args.map(({ value }) => value).join(' ');
    source(
      call,
      text,
      call.args.every(({ known }) => known),
    );
  },
};
