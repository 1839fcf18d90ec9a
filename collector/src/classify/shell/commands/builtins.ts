import { posix } from 'node:path';
import { notePath } from '../../secrets.ts';
import { add, type Call, type Handler, pathOf } from '../call.ts';
import { literal } from '../state.ts';
import { walkSource } from '../walk.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';
import { fileText, hiddenProgram } from './shells.ts';

/** Moves the shell: later paths are resolved against it. An unknown folder leaves them unresolved. */
const cd: Handler = (call) => {
  const { shell } = call;
  const to = call.args.find(({ value }) => !/^-[LPe@]$/.test(value)) ?? literal('~');
  const { path } = pathOf(call, to);
  shell.cwd =
    to.known && to.value !== '-' && path !== undefined && /^[/~]/.test(path) ? posix.normalize(path) : undefined;
  add(call, {
    verb: 'read',
    resource: 'directory',
    system: 'filesystem',
    target: pathOf(call, to).target,
    confidence: 1,
  });
  notePath(call.findings, to.value, 'enters');
};

/** `export A=b`, `declare -x A=b`: sets variables; alone it prints them all. */
const declares: Handler = (call) => {
  const words = call.args.filter(({ value }) => !value.startsWith('-'));
  if (words.length === 0) {
    call.findings.hunt(`${call.name} prints the whole environment`);
    add(call, { verb: 'read', resource: 'environment-variable', system: 'shell', confidence: 1 });
    return;
  }
  for (const { value, known } of words) {
    const equals = value.indexOf('=');
    const name = equals === -1 ? value : value.slice(0, equals);
    const variable = equals === -1 ? call.shell.variables.get(name) : { value: value.slice(equals + 1), known };
    if (variable === undefined) continue;
    call.shell.variables.set(name, variable);
    if (call.name === 'readonly') call.shell.variables.set(`readonly ${name}`, variable);
    if (call.name !== 'local') call.shell.variables.set(`export ${name}`, variable);
  }
  add(call, {
    verb: 'update',
    resource: 'environment-variable',
    system: 'shell',
    destructiveness: 0,
    reversibility: 'reversible',
    note: '',
  });
};

/** Loads a file into the shell: it executes, and the usual such file is `.env`. */
const loads: Handler = (call) => {
  const [file] = call.args;
  if (file === undefined) return;
  const { path, target } = pathOf(call, file);
  const written = fileText(call, file);
  if (written !== undefined)
    return walkSource(written, {
      ...call.shell,
      depth: call.shell.depth + 1,
      trail: `${call.shell.trail}${call.name} > `,
    });
  if (/^<\(/.test(file.value)) return hiddenProgram(call, /^<\(\s*(\w+)/.exec(file.value)?.[1] ?? 'a substitution');
  call.findings.source(path ?? file.value);
  notePath(call.findings, path ?? file.value, 'loads');
  add(call, { verb: 'execute', resource: 'script', system: 'shell', target, destructiveness: 0.2, confidence: 0.6 });
};

const harmless: Handler = (call) =>
  add(call, {
    verb: 'execute',
    resource: 'shell',
    system: 'shell',
    destructiveness: 0,
    reversibility: 'reversible',
    note: '',
  });

/** Sets `$1`, `$2`, …, `$@`. */
function positional(shell: Call['shell'], words: Call['args']): void {
  for (const [index, word] of words.slice(0, 20).entries()) shell.variables.set(String(index + 1), word);
  const all = { value: words.map(({ value }) => value).join(' '), known: words.every(({ known }) => known) };
  for (const each of ['@', '*']) shell.variables.set(each, all);
}

/** `read x <<< text`: the variable holds the line. */
const reads: Handler = (call) => {
  const names = call.args.filter(({ value }) => /^[A-Za-z_]\w*$/.test(value));
  const line = call.input.text?.split('\n', 1)[0];
  const fields = line?.split(/\s+/) ?? [];
  for (const [index, { value: name }] of names.entries()) {
    const value = index === names.length - 1 ? fields.slice(index).join(' ') : (fields[index] ?? '');
    if (line === undefined) call.shell.variables.delete(name);
    else call.shell.variables.set(name, { value, known: true });
  }
  harmless(call);
};

/** `hash -p /bin/mv name`: another name for a program. */
const hash: Handler = (call) => {
  const [option, program, name] = call.args;
  if (option?.value === '-p' && program !== undefined && name !== undefined)
    call.shell.made.aliases.set(name.value, program.value);
  harmless(call);
};

/** Commands of the shell itself. */
export const builtins: CommandTable = {
  cd,
  pushd: cd,
  popd: (call) => {
    call.shell.cwd = undefined;
    harmless(call);
  },
  ...each('export declare typeset local readonly', declares),
  ...each('source .', loads),
  ...each('exit return break continue shift unset wait shopt ulimit umask let getopts mapfile bg fg disown', harmless),
  read: reads,
  hash,
  set: (call) => {
    if (call.args.length === 0) call.findings.hunt('set prints all variables');
    if (call.args[0]?.value === '--') positional(call.shell, call.args.slice(1));
    harmless(call);
  },
  trap: (call) => {
    const [text] = call.args;
    if (text !== undefined)
      walkSource(text.value, { ...call.shell, depth: call.shell.depth + 1, trail: `${call.shell.trail}trap > ` });
    harmless(call);
  },
  alias: (call) => {
    for (const { value } of call.args) {
      const text = value.slice(value.indexOf('=') + 1);
      walkSource(text, { ...call.shell, depth: call.shell.depth + 1, trail: `${call.shell.trail}alias > ` });
      const name = value.slice(0, Math.max(0, value.indexOf('=')));
      if (name !== '' && call.shell.made.aliases.size < 100) call.shell.made.aliases.set(name, text);
    }
    harmless(call);
  },
};
