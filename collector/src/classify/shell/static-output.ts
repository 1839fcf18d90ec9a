import type { CommandNode, Redirection, Script } from 'unbash';
import { LIMITS } from '../config.ts';
import { expandParts, expandToText, expandWord } from './expand.ts';
import { literal, type Shell } from './state.ts';
import { writtenText } from './written.ts';

/** Nothing inside is reported twice: whoever asks for the output walks the script as well. */
const ignore = () => {};

/**
 * What a script prints, when its own text says so: `echo`, `printf`, heredocs, and filters that only recode
 * (`base64 -d`, `rev`, `xxd -r -p`). Undefined when it hangs on anything else.
 */
export function staticOutput(script: Script, shell: Shell): string | undefined {
  const [statement, ...more] = script.commands;
  if (statement === undefined || more.length > 0 || shell.depth >= LIMITS.depth) return undefined;
  const node = statement.command;
  if (node.type === 'Pipeline') return pipelineOutput(node.commands, shell);
  return node.type === 'AndOr' ? undefined : commandOutput(node, undefined, shell);
}

function pipelineOutput(nodes: readonly CommandNode[], shell: Shell): string | undefined {
  let text: string | undefined;
  for (const node of nodes) {
    text = commandOutput(node, text, shell);
    if (text === undefined) return undefined;
  }
  return text;
}

/** Programs whose output a command shows. */
const PRINTS: ReadonlySet<string> = new Set('mktemp echo printf cat tee base64 xxd openssl tr rev'.split(' '));

/** What one stage prints, given what it reads. */
export function commandOutput(
  node: CommandNode,
  input: string | undefined,
  shell: Shell,
  toFile = false,
): string | undefined {
  if (node.type !== 'Command' || node.name === undefined) return undefined;
  const deeper = { ...shell, depth: shell.depth + 1 };
  const nameArgument = expandToText(node.name, deeper, ignore);
  const name = nameArgument.value.split('/').at(-1) ?? '';
  if (!nameArgument.known || !PRINTS.has(name) || node.args.length > LIMITS.operands) return undefined;
  const args = node.args.flatMap((word) => (word.type === 'Word' ? expandWord(word, deeper, ignore) : []));
  if (args.some((argument) => !argument.known)) return undefined;
  const values = args.map((argument) => argument.value);
  const moved = node.redirects.some((redirect) => redirect.type === 'Redirect' && redirect.operator !== '<&');
  if (moved && !toFile) return undefined;
  const stdin = inputText(node.redirects, deeper) ?? input;
  if (name === 'mktemp') return mktemp(values);
  if (name === 'echo') return echo(values);
  if (name === 'printf') return printf(values);
  if (name === 'cat' && values.every((value) => value === '-')) return stdin;
  if (name === 'cat') return values.length === 1 ? writtenText(shell, args[0] ?? literal('')) : undefined;
  if (name === 'tee') return stdin;
  if (stdin === undefined) return undefined;
  if (name === 'base64' && values.some((value) => /^(?:-\w*[dD]|--decode)/.test(value))) return decode(stdin, 'base64');
  if (name === 'xxd' && values.some((value) => value.includes('r'))) return decode(stdin, 'hex');
  if (name === 'openssl' && values[0] === 'base64' && values.includes('-d')) return decode(stdin, 'base64');
  if (name === 'tr' && values.length === 2) return translated(stdin, values[0] ?? '', values[1] ?? '');
  if (name === 'rev') return stdin.split('\n').map(reverse).join('\n');
  return undefined;
}

/** The literal text that redirections put on standard input. */
export function inputText(redirects: readonly Redirection[], shell: Shell): string | undefined {
  const last = redirects.findLast((redirect) => redirect.type !== 'Redirect');
  if (last === undefined) return undefined;
  if (last.type === 'HereString') {
    const text = last.target === undefined ? undefined : expandToText(last.target, shell, ignore);
    return text?.known === true ? text.value : undefined;
  }
  if (last.type !== 'HereDoc') return undefined;
  const { parts, text } = last.body;
  // Unknown variables stay as written: the rest of the text is still to be judged.
  return parts === undefined ? text : expandParts(parts, shell, ignore).value;
}

/** A fresh file or folder: its name is chosen when it runs, its place is not. */
function mktemp(values: readonly string[]): string {
  const template = values.find((value) => value.includes('XXX'));
  return template?.startsWith('/') === true ? template : `/tmp/${template ?? 'tmp.XXXXXXXXXX'}`;
}

function echo(values: readonly string[]): string {
  const flags = values.findIndex((value) => !/^-[neE]+$/.test(value));
  const words = flags === -1 ? [] : values.slice(flags);
  const escapes = values.slice(0, Math.max(0, flags)).some((value) => value.includes('e'));
  const text = words.join(' ');
  return escapes ? unescapeText(text) : text;
}

/** What `printf` prints. */
export function printf([format = '', ...values]: readonly string[]): string {
  let next = 0;
  return unescapeText(format).replaceAll(/%(?:%|[-\d.]*[sbdq])/g, (code) =>
    code === '%%' ? '%' : code.endsWith('b') ? unescapeText(values[next++] ?? '') : (values[next++] ?? ''),
  );
}

function unescapeText(text: string): string {
  return text.replaceAll(/\\(?:x([0-9a-fA-F]{1,2})|0?([0-7]{1,3})|(.))/g, (whole, hex, octal, plain) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return { n: '\n', t: '\t', r: '\r', '\\': '\\' }[String(plain)] ?? whole;
  });
}

function decode(text: string, encoding: 'base64' | 'hex'): string | undefined {
  const decoded = Buffer.from(text.replaceAll(/\s/g, ''), encoding).toString('utf8');
  // Bytes that are no text would only be noise to the walk.
  return decoded === '' || decoded.includes('\uFFFD') ? undefined : decoded;
}

/** `tr a-z n-za-m`, `tr -d x`: letters for letters. */
function translated(text: string, from: string, to: string): string | undefined {
  if (from === '-d')
    return /^[\w ]+$/.test(to) ? [...text].filter((letter) => !to.includes(letter)).join('') : undefined;
  const [left, right] = [letters(from), letters(to)];
  if (left === undefined || right === undefined || left.length > right.length) return undefined;
  const table = new Map(left.map((letter, at) => [letter, right[at] ?? letter]));
  return [...text].map((letter) => table.get(letter) ?? letter).join('');
}

/** The letters that `a-zA-Z` stands for. */
function letters(set: string): string[] | undefined {
  if (set.length > 64 || /[[\\]/.test(set)) return undefined;
  const ranges = set.match(/.-.|./gs) ?? [];
  const all = ranges.flatMap((range) => {
    if (range.length === 1) return [range];
    const [first, last] = [range.charCodeAt(0), range.charCodeAt(2)];
    return last < first || last - first > 255
      ? []
      : Array.from({ length: last - first + 1 }, (_, at) => String.fromCharCode(first + at));
  });
  return all;
}

function reverse(line: string): string {
  return [...line].reverse().join('');
}
