import { createHash } from 'node:crypto';
import { isEditorsWrite, writesOf } from './writes.ts';

/** Most files that one session's memory holds, characters of each, and of all together. */
const MAX_FILES = 64;
const MAX_FILE_CHARS = 65_536;
const MAX_CHARS = 262_144;
/** Texts of a call, and characters of each, in which names of files are looked for. */
const MAX_TEXTS = 64;
const MAX_TEXT_CHARS = 65_536;

/** A file that the session wrote, as it was when it was looked at. Raw: it never leaves the process like this. */
export interface Script {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** SHA-256. */
  readonly hash: string;
  /** Shown by the harness for one call: not the memory's to say how it is now. */
  readonly given?: boolean;
}

/**
 * What the calls of one session wrote, as far as their arguments show it: so that a script which a later call runs can be
 * shown and held to. Bounded: the file that was written longest ago is forgotten first.
 */
export class ScriptMemory {
  readonly #scripts = new Map<string, Script>();
  #chars = 0;

  /** A call has run: what it wrote is remembered. One that failed changes nothing that is known. */
  ran(args: unknown, cwd: string, succeeded: boolean): void {
    for (const { path, text, how, old } of writesOf(args, cwd)) {
      const known = this.#scripts.get(path)?.text;
      if (known !== undefined && !succeeded) continue;
      if (how === 'whole' || known === undefined) this.#keep(path, text);
      else if (how === 'append') this.#keep(path, known + text);
      // An edit of what nobody has seen whole: the new part is known at least.
      else
        this.#keep(
          path,
          old !== undefined && old !== '' && known.includes(old) ? known.replace(old, () => text) : `${known}\n${text}`,
        );
    }
  }

  /** The remembered files that the arguments of a call name, and those that these name; none for a call that only writes. */
  namedBy(args: unknown): Script[] {
    if (this.#scripts.size === 0 || isEditorsWrite(args)) return [];
    const words = new Set<string>();
    for (const text of textsOf(args)) addWords(words, text);
    const found = new Set<Script>();
    for (let before = -1; before < found.size; ) {
      before = found.size;
      for (const script of this.#scripts.values()) {
        if (found.has(script) || !words.has(nameOf(script.path))) continue;
        found.add(script);
        addWords(words, script.text);
      }
    }
    return [...found];
  }

  /** The scripts that a call was judged with as they are now, and whatever else it names by now. */
  now(args: unknown, judged: readonly Script[]): Script[] {
    const current = judged.map((script) => (script.given ? script : (this.#scripts.get(script.path) ?? script)));
    const known = new Set(current.map(({ path }) => path));
    return [...current, ...this.namedBy(args).filter(({ path }) => !known.has(path))];
  }

  #keep(path: string, text: string): void {
    this.#forget(path);
    if (text.length > MAX_FILE_CHARS || path.length > 1024) return;
    this.#scripts.set(path, scriptOf(path, text));
    this.#chars += text.length;
    for (const oldest of this.#scripts.keys()) {
      if (this.#scripts.size <= MAX_FILES && this.#chars <= MAX_CHARS) return;
      this.#forget(oldest);
    }
  }

  #forget(path: string): void {
    this.#chars -= this.#scripts.get(path)?.text.length ?? 0;
    this.#scripts.delete(path);
  }
}

/** A file with its hash. */
export function scriptOf(path: string, text: string): Script {
  return { path, text, hash: createHash('sha256').update(text, 'utf8').digest('hex') };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Adds the last parts of all words that could be paths. */
function addWords(words: Set<string>, text: string): void {
  for (const word of text.slice(0, MAX_TEXT_CHARS).split(/[\s"'`;|&()<>=,@:{}[\]]+/)) words.add(nameOf(word));
}

function textsOf(args: unknown): string[] {
  const texts: string[] = [];
  const open: unknown[] = [args];
  for (let seen = 0; open.length > 0 && texts.length < MAX_TEXTS && seen < 1000; seen += 1) {
    const next = open.pop();
    if (typeof next === 'string') texts.push(next);
    else if (typeof next === 'object' && next !== null) open.push(...Object.values(next).slice(0, 200).reverse());
  }
  return texts;
}
