import type { Dialect, Token } from './tokens.ts';
import { ALL_TEXT, formatted, joined, MAX_TEXT, moduleOf, text, UNKNOWN, type Value } from './values.ts';

/** A call that the code makes. */
export interface CodeCall {
  /** Dotted name of what is called, aliases resolved: `os.system`. */
  readonly callee: string;
  readonly args: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** What it is called on, when that is a value: `Path('/x').unlink()`. */
  readonly receiver: Value | undefined;
}

/** Gets every call in order; answers its result where it can be computed. */
export type OnCall = (call: CodeCall) => Value | undefined;

/** Calls that answer the module they name. */
const MODULES = /^(?:require|__import__|import|importlib\.import_module)$/;
const MAX_DEPTH = 40;

/** Reads tokens as expressions, whatever stands around them. Each token is consumed once: linear in the tokens. */
export class CodeReader {
  readonly #tokens: readonly Token[];
  readonly #dialect: Dialect;
  readonly #onCall: OnCall;
  readonly #variables = new Map<string, Value>();
  #at = 0;
  #built = 0;

  constructor(tokens: readonly Token[], dialect: Dialect, onCall: OnCall) {
    this.#tokens = tokens;
    this.#dialect = dialect;
    this.#onCall = onCall;
  }

  /** Reads everything. */
  read(): void {
    while (this.#at < this.#tokens.length) this.#statement();
  }

  #peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  #isMark(value: string, ahead = 0): boolean {
    const token = this.#peek(ahead);
    return token?.kind === 'mark' && token.value === value;
  }

  #statement(): void {
    const token = this.#peek();
    if (token?.kind === 'name' && this.#import(token.value)) return;
    if (token?.kind === 'name' && this.#isMark('=', 1) && !this.#isMark('=', 2) && !this.#isMark('>', 2)) {
      this.#at += 2;
      this.#assign(token.value, this.#expression(0));
      return;
    }
    // `x += 'y'`
    if (token?.kind === 'name' && (this.#isMark('+', 1) || this.#isMark('.', 1)) && this.#isMark('=', 2)) {
      this.#at += 3;
      this.#assign(token.value, this.#joined(this.#resolve(token.value), this.#expression(0)));
      return;
    }
    const before = this.#at;
    this.#expression(0);
    if (this.#at === before) this.#at++;
  }

  #assign(name: string, value: Value): void {
    if (this.#variables.size < 500) this.#variables.set(name, value);
  }

  /** `import os as o`, `from os import system as s`, `const {execSync: e} = require('child_process')`. */
  #import(word: string): boolean {
    if ((word === 'import' && !this.#isMark('(', 1)) || word === 'from') {
      const source = word === 'from' && this.#peek(1)?.kind === 'name' ? this.#peek(1)?.value : undefined;
      for (let turns = 0; turns < 60 && this.#at < this.#tokens.length && !this.#isMark(';'); turns++, this.#at++) {
        const [name, as, alias] = [this.#peek(), this.#peek(1), this.#peek(2)];
        if (name?.kind !== 'name' || as?.value !== 'as' || alias?.kind !== 'name') continue;
        this.#assign(alias.value, {
          type: 'name',
          name: source === undefined ? name.value : `${source}.${name.value}`,
        });
      }
      return true;
    }
    if (!/^(?:const|let|var|my|our|local)$/.test(word)) return false;
    this.#at++;
    if (!this.#isMark('{')) return true;
    for (let turns = 0; turns < 100 && this.#at < this.#tokens.length && !this.#isMark('}'); turns++, this.#at++) {
      const [name, alias] = [this.#peek(), this.#peek(2)];
      if (name?.kind === 'name' && this.#isMark(':', 1) && alias?.kind === 'name')
        this.#assign(alias.value, { type: 'name', name: name.value });
    }
    this.#at++;
    if (this.#isMark('=')) this.#at++;
    return true;
  }

  #resolve(name: string): Value {
    const whole = this.#variables.get(name);
    if (whole !== undefined) return whole;
    const dot = name.indexOf('.');
    const head = dot === -1 ? undefined : this.#variables.get(name.slice(0, dot));
    if (head?.type === 'name') return { type: 'name', name: `${head.name}${name.slice(dot)}` };
    return { type: 'name', name };
  }

  /** An expression: values joined by `+` and, where the language does so, by dots. */
  #expression(depth: number): Value {
    if (depth > MAX_DEPTH) {
      this.#at++;
      return UNKNOWN;
    }
    let value = this.#postfix(this.#primary(depth), depth);
    for (;;) {
      const joins = this.#isMark('+') || (this.#dialect.dot && this.#isMark('.'));
      // `'a %s' % x`: what is put in counts as not known, the rest stands.
      const formats = this.#isMark('%') && value.type === 'text';
      if (!joins && !formats) return value;
      if (this.#isMark('=', 1)) return value;
      this.#at++;
      const right = this.#postfix(this.#primary(depth + 1), depth + 1);
      value = joins ? this.#joined(value, right) : formatted(value, right);
    }
  }

  #primary(depth: number): Value {
    const token = this.#peek();
    if (token === undefined) return UNKNOWN;
    switch (token.kind) {
      case 'string':
        return this.#strings();
      case 'shell':
        this.#at++;
        this.#onCall({ callee: '`', args: [this.#interpolated(token.value)], named: new Map(), receiver: undefined });
        return UNKNOWN;
      case 'number':
        this.#at++;
        return text(token.value);
      case 'name':
        return this.#name(token, depth);
      default:
        return this.#bracketed(token, depth);
    }
  }

  #joined(left: Value, right: Value): Value {
    if (this.#built > ALL_TEXT) return UNKNOWN;
    const value = joined(left, right);
    if (value.type === 'text') this.#built += value.text.length;
    return value;
  }

  /** Strings that stand side by side are one. */
  #strings(): Value {
    let whole: Value = text('');
    for (let turns = 0; turns < 500; turns++) {
      const token = this.#peek();
      if (token?.kind !== 'string') break;
      this.#at++;
      whole = this.#joined(whole, token.open === true ? this.#interpolated(token.value) : text(token.value));
    }
    return whole;
  }

  /** Puts known variables into `{x}`, `${x}`, `#{x}`, `$x`. */
  #interpolated(value: string): Value {
    let known = true;
    this.#built += value.length;
    if (this.#built > ALL_TEXT) return text(value.slice(0, MAX_TEXT), false);
    const done = value.replaceAll(/[#$]?\{([\w.]{1,60})\}|\$(\w{1,60})/g, (whole, first, second) => {
      const found = this.#resolve(String(first ?? second));
      if (found.type === 'text' && found.known) return found.text.slice(0, 4096);
      known = false;
      return whole.startsWith('$') ? whole : `$\{${first ?? second}}`;
    });
    return text(done.slice(0, MAX_TEXT), known);
  }

  #name(token: Token, depth: number): Value {
    this.#at++;
    if (
      /^(?:new|await|return|not|yield|throw|raise|print|in|if|else|unless|then|do|begin|lambda|and|or|async)$/.test(
        token.value,
      )
    )
      return this.#isMark(';') ? UNKNOWN : this.#expression(depth + 1);
    const found = token.member === true ? UNKNOWN : this.#resolve(token.value);
    if (this.#isMark('(')) return found;
    const next = this.#peek();
    const starts =
      next?.kind === 'string' ||
      next?.kind === 'shell' ||
      (next?.kind === 'name' && !/^(?:if|unless|for|while|and|or|do|then|in)$/.test(next.value));
    // `system "x"`, and zx's `$`x``.
    if ((this.#dialect.bare && starts && found.type === 'name') || (token.value === '$' && next?.kind === 'string')) {
      const args: Value[] = [];
      do {
        if (args.length > 0) this.#at++;
        args.push(this.#expression(depth + 1));
      } while (this.#isMark(',') && args.length < 50);
      const callee = found.type === 'name' ? found.name : token.value;
      return this.#onCall({ callee, args, named: new Map(), receiver: undefined }) ?? UNKNOWN;
    }
    // Ruby's methods need no brackets at all: `User.destroy_all`.
    if (this.#dialect.bare && found.type === 'name' && found.name.includes('.'))
      return this.#onCall({ callee: found.name, args: [], named: new Map(), receiver: undefined }) ?? found;
    return found;
  }

  #bracketed(token: Token, depth: number): Value {
    if (token.value === '(') {
      this.#at++;
      const { args } = this.#arguments(')', depth + 1);
      return args.length === 1 ? (args[0] ?? UNKNOWN) : { type: 'list', items: args };
    }
    if (token.value === '[') {
      this.#at++;
      return { type: 'list', items: this.#arguments(']', depth + 1).args };
    }
    if (token.value === '{') {
      this.#at++;
      const key = this.#peek();
      const isObject =
        (key?.kind === 'name' || key?.kind === 'string') &&
        (this.#isMark(':', 1) || (this.#isMark('=', 1) && this.#isMark('>', 2)));
      return isObject ? { type: 'object', members: this.#arguments('}', depth + 1).named } : UNKNOWN;
    }
    // `\@list`, `&f`, `*args`, `-x`, `!x`
    if (/^[\\&*!~-]$/.test(token.value)) {
      this.#at++;
      return depth > MAX_DEPTH ? UNKNOWN : this.#primary(depth + 1);
    }
    return UNKNOWN;
  }

  /** Members up to a closing bracket: by place, and by name (`shell=True`, `method: 'DELETE'`, `'a' => 1`). */
  #arguments(closer: string, depth: number): { args: Value[]; named: Map<string, Value> } {
    const args: Value[] = [];
    const named = new Map<string, Value>();
    while (this.#at < this.#tokens.length) {
      if (this.#isMark(closer)) {
        this.#at++;
        break;
      }
      if (this.#isMark(',') || this.#isMark(';')) {
        this.#at++;
        continue;
      }
      const key = this.#peek();
      const arrow = this.#isMark('=', 1) && this.#isMark('>', 2);
      const isKey = key?.kind === 'string' || key?.kind === 'name';
      if (isKey && (this.#isMark(':', 1) || (this.#isMark('=', 1) && !this.#isMark('=', 2)))) {
        this.#at += arrow ? 3 : 2;
        const value = this.#expression(depth);
        if (named.size < 64) named.set(key.value, value);
        continue;
      }
      const before = this.#at;
      const value = this.#expression(depth);
      if (this.#at === before) this.#at++;
      else if (args.length < 64) args.push(value);
      // What an arrow or an operator leaves over is read for its calls.
      while (this.#at < this.#tokens.length && !this.#isMark(',') && !this.#isMark(closer) && !this.#isMark(';')) {
        const from = this.#at;
        this.#expression(depth);
        if (this.#at === from) this.#at++;
      }
    }
    return { args, named };
  }

  /** Calls, indexes and members after a value. */
  #postfix(first: Value, depth: number): Value {
    let value = first;
    let receiver: Value | undefined;
    for (let turns = 0; turns < 200; turns++) {
      if (this.#isMark('(')) {
        this.#at++;
        const { args, named } = this.#arguments(')', depth + 1);
        const callee = value.type === 'name' ? value.name : '';
        const result: Value | undefined = this.#onCall({ callee, args, named, receiver });
        const about = args.find((argument) => argument.type !== 'unknown');
        receiver = result ?? (MODULES.test(callee) ? moduleOf(about) : about);
        value = result ?? (MODULES.test(callee) || callee === 'getattr' ? moduleOf(about, args[1]) : UNKNOWN);
      } else if (this.#isMark('.') && this.#peek(1)?.kind === 'name') {
        [value, receiver] = this.#member(value, receiver, 1);
      } else if (this.#isMark('-') && this.#isMark('>', 1) && this.#peek(2)?.kind === 'name') {
        [value, receiver] = this.#member(value, receiver, 2);
      } else if (this.#isMark('[')) {
        this.#at++;
        const index = this.#arguments(']', depth + 1).args[0];
        if (value.type === 'name' && index?.type === 'text')
          value = { type: 'name', name: `${value.name}.${index.text}` };
        else if (value.type === 'list' && index?.type === 'text') value = value.items[Number(index.text)] ?? UNKNOWN;
        else if (!(value.type === 'text' && index === undefined)) value = UNKNOWN;
      } else return value;
    }
    return value;
  }

  #member(value: Value, receiver: Value | undefined, skip: number): [Value, Value | undefined] {
    this.#at += skip;
    const name = this.#peek()?.value ?? '';
    this.#at++;
    if (value.type === 'name') return [{ type: 'name', name: `${value.name}.${name}` }, receiver];
    return [{ type: 'name', name: `?.${name}` }, value.type === 'unknown' ? receiver : value];
  }
}
