import {
  type DoubleQuotedChild,
  forEachChild,
  type ParameterExpansionPart,
  type ParsedScript,
  type SyntaxNode,
  type Word,
  type WordPart,
} from 'unbash';
import { LIMITS } from '../config.ts';
import { bared, expandBraces, guarded } from './braces.ts';
import { firstWords, listsNarrowly } from './narrow.ts';
import { operated } from './parameters.ts';
import type { Argument, Shell } from './state.ts';
import { staticOutput } from './static-output.ts';
import { keepText } from './written.ts';

/** Gets every script that stands inside a word: it runs when the word is expanded. */
export type OnScript = (script: ParsedScript) => void;

interface Piece {
  readonly value: string;
  readonly known: boolean;
  readonly glob: boolean;
  readonly narrow?: boolean | undefined;
}

/**
 * Expands a word as far as the command shows: quotes, variables that it set itself, literal substitutions, braces.
 *
 * Answers several arguments where an unquoted value or braces split; never more than a bound.
 */
export function expandWord(word: Word, shell: Shell, onScript: OnScript): readonly Argument[] {
  const parts = word.parts;
  if (parts === undefined) return [{ value: word.value, known: true, glob: false }];
  if (parts.length > 1 && parts.some((part) => part.type.endsWith('Expansion')) && !hasBraces(parts))
    return splitParts(parts, shell, onScript);
  const whole = expandParts(parts, shell, onScript);
  if (whole.known && (isList(parts) || (parts.every(splits) && /[ \t\n]/.test(whole.value)))) return splitFields(whole);
  return hasBraces(parts) ? expandBraces(whole.value).map((value) => ({ ...whole, value: bared(value) })) : [whole];
}

/** `"$@"`, `"${a[@]}"`: as many words as it has, quoted or not. */
function isList(parts: readonly WordPart[]): boolean {
  const [only, ...more] = parts;
  const inner = only?.type === 'DoubleQuoted' && only.parts.length === 1 ? only.parts[0] : only;
  if (inner === undefined || more.length > 0) return false;
  if (inner.type === 'SimpleExpansion') return inner.text === '$@';
  return inner.type === 'ParameterExpansion' && (inner.parameter === '@' || inner.index?.value === '@');
}

function hasBraces(parts: readonly WordPart[]): boolean {
  return parts.some((part) => part.type === 'BraceExpansion');
}

/** An unquoted variable or substitution: what it holds becomes several words. */
function splits(part: WordPart): boolean {
  return part.type === 'SimpleExpansion' || part.type === 'ParameterExpansion' || part.type === 'CommandExpansion';
}

/** Words of which only the unquoted expansions split: `rm${IFS}-rf${IFS}'/a b'`. */
function splitParts(parts: readonly WordPart[], shell: Shell, onScript: OnScript): readonly Argument[] {
  const fields: { value: string; known: boolean; glob: boolean; narrow?: boolean }[] = [
    { value: '', known: true, glob: false },
  ];
  for (const part of parts) {
    const piece = expandParts([part], shell, onScript);
    const pieces = splits(part) && piece.known ? piece.value.split(/[ \t\n]+/) : [piece.value];
    for (const [index, value] of pieces.entries()) {
      if (index > 0 && fields.length < 256) fields.push({ value: '', known: true, glob: false });
      const field = fields.at(-1);
      if (field === undefined) continue;
      field.value += value;
      field.known &&= piece.known;
      field.glob ||= piece.glob;
      if (piece.narrow === true) field.narrow = true;
    }
  }
  const filled = fields.filter(({ value }, at) => value !== '' || (at === 0 && fields.length === 1));
  return filled.length === 0 ? [{ value: '', known: true, glob: false }] : filled;
}

function splitFields(whole: Argument): Argument[] {
  const fields = whole.value
    .trim()
    .split(/[ \t\n]+/)
    .slice(0, 256);
  return fields.map((value) => ({ value, known: true, glob: whole.glob || /[*?]/.test(value) }));
}

/** One text of a word, without splitting. */
export function expandToText(word: Word, shell: Shell, onScript: OnScript): Argument {
  const parts = expandWord(word, shell, onScript);
  return {
    value: parts.map((part) => part.value).join(' '),
    known: parts.every((part) => part.known),
    glob: parts.some((part) => part.glob),
  };
}

/** Expands parts in order, e.g. of a heredoc's body; what is longer than a bound is cut and not known. */
export function expandParts(parts: readonly WordPart[], shell: Shell, onScript: OnScript): Argument {
  let value = '';
  let known = true;
  let glob = false;
  let narrow = false;
  if (parts.length > LIMITS.wordParts) {
    shell.findings.unread('a word of more parts than are read');
    known = false;
  }
  for (const part of parts.slice(0, LIMITS.wordParts)) {
    const piece = expandPart(part, shell, onScript);
    value += piece.value;
    known &&= piece.known;
    glob ||= piece.glob;
    narrow ||= piece.narrow === true;
    if (value.length > LIMITS.parsedText || !shell.findings.spendText(piece.value.length)) {
      return { value: value.slice(0, LIMITS.parsedText), known: false, glob };
    }
  }
  return narrow ? { value, known, glob, narrow } : { value, known, glob };
}

function expandPart(part: WordPart | DoubleQuotedChild, shell: Shell, onScript: OnScript): Piece {
  if (part.type.endsWith('Expansion') && part.type !== 'CommandExpansion' && part.text.length > LIMITS.expansion) {
    shell.findings.unread('an expansion longer than is read');
    return unknown(part.text.slice(0, LIMITS.expansion));
  }
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return { value: part.value, known: true, glob: false };
    case 'Glob':
    case 'ExtendedGlob':
      return { value: part.text, known: true, glob: true };
    case 'BraceExpansion':
      scriptsIn(part, onScript);
      return { value: guarded(part.text), known: true, glob: false };
    case 'DoubleQuoted':
    case 'LocaleString':
      return expandParts(part.parts, shell, onScript);
    case 'SimpleExpansion':
      return variable(part.text.slice(1), part.text, shell);
    case 'ParameterExpansion':
      return parameter(part, shell, onScript);
    case 'CommandExpansion': {
      if (part.script === undefined) return unknown(part.text);
      onScript(part.script);
      const output = staticOutput(part.script, shell);
      return output === undefined
        ? { ...unknown(part.text), narrow: listsNarrowly(firstWords(part.script)) }
        : { value: withoutEndings(output), known: true, glob: false };
    }
    case 'ProcessSubstitution': {
      if (part.script === undefined) return unknown(part.text);
      onScript(part.script);
      const printed = part.operator === '<' ? staticOutput(part.script, shell) : undefined;
      return printed === undefined
        ? unknown(part.text)
        : { value: keepText(shell, `/dev/fd/s${shell.made.texts.size}`, printed), known: true, glob: false };
    }
    default:
      scriptsIn(part, onScript);
      return unknown(part.text);
  }
}

/** Scripts further inside: `$((…$(x)…))`, `${a/$(x)/b}`, `{a,$(x)}`. Each is handed on once and not entered. */
export function scriptsIn(node: SyntaxNode, onScript: OnScript): void {
  // Without recursion: arithmetic nests as deep as its text is long.
  const open: SyntaxNode[] = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const children: SyntaxNode[] = [];
    forEachChild(next, (child) => void children.push(child));
    for (const child of children.reverse()) open.push(child);
    while (open.at(-1)?.type === 'Script') onScript(open.pop() as Parameters<OnScript>[0]);
  }
}

function unknown(text: string): Piece {
  return { value: text, known: false, glob: false };
}

function variable(name: string, text: string, shell: Shell): Piece {
  const set = shell.variables.get(name);
  if (set !== undefined) return { ...set, glob: false };
  // A command line has no fifth argument; it stands for nothing.
  if (shell.depth === 0 && /^[5-9]$/.test(name)) return { value: '', known: true, glob: false };
  if (name === 'IFS') return { value: ' ', known: true, glob: false };
  if (name === 'TMPDIR') return { value: '/tmp', known: true, glob: false };
  if (name === 'HOME') return { value: '~', known: true, glob: false };
  if (name === 'PWD' && shell.cwd !== undefined) return { value: shell.cwd, known: true, glob: false };
  return unknown(text);
}

/** `${X}`, `${X:-default}`, and operations on a known value that only cut it. */
function parameter(part: ParameterExpansionPart, shell: Shell, onScript: OnScript): Piece {
  const plain = variable(part.parameter, part.text, shell);
  const { operation } = part;
  if (operation?.type !== 'Default') scriptsIn(part, onScript);
  if (part.prefix === '!' && operation === undefined && plain.known) return variable(plain.value, part.text, shell);
  if (part.prefix !== undefined) return unknown(part.text);
  if (part.index !== undefined) return element(plain, part.index.value, part.text);
  if (operation === undefined) return plain;
  if (operation.type !== 'Default') {
    const textOf = (word: Word) => {
      const inner = expandToText(word, shell, onScript);
      return inner.known ? inner.value : undefined;
    };
    const value = plain.known ? operated(plain.value, operation, textOf) : undefined;
    return value === undefined ? unknown(part.text) : { value, known: true, glob: false };
  }
  const operand = expandToText(operation.operand, shell, onScript);
  if (operation.operator.endsWith('+')) return plain.known ? { ...operand, glob: false } : unknown(part.text);
  if (plain.known) return plain;
  // The default is what runs when nothing is set outside: shown, yet not certain.
  return operation.operator.endsWith('?') ? unknown(part.text) : { value: operand.value, known: false, glob: false };
}

/** One element of an array, or all of them; elements with spaces are not told apart. */
function element(whole: Piece, index: string, text: string): Piece {
  if (!whole.known || index === '@' || index === '*') return whole;
  const value = /^\d{1,3}$/.test(index) ? whole.value.split(' ')[Number(index)] : undefined;
  return value === undefined ? unknown(text) : { value, known: true, glob: false };
}

/** A substitution's output loses the line ends at its end. */
function withoutEndings(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '\n') end--;
  return text.slice(0, end);
}
