import type { Argument } from './state.ts';

/** Which options of a program take a value. */
export interface OptionShape {
  /** Letters whose value is attached or is the next word. */
  readonly valued?: string;
  /** Long options (without dashes) whose value may be the next word. */
  readonly long?: readonly string[];
  /** Stop at the first operand: the rest is another command. */
  readonly stopAtOperand?: boolean;
  /** Long options with one dash (`-delete`, `-auto-approve`), as Go and find write them. */
  readonly singleDash?: boolean;
}

/** A command line's options and operands. */
export interface Options {
  /** Letters and long names that are set. */
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly Argument[]>;
  readonly operands: readonly Argument[];
}

/**
 * Reads options in the usual way: `-rf`, `-n5`, `-n 5`, `--name=x`, `--name x`, `--`.
 *
 * @example
 * readOptions([literal('-rf'), literal('x')]) // flags r, f; operands x
 */
export function readOptions(args: readonly Argument[], shape: OptionShape = {}): Options {
  const flags = new Set<string>();
  const values = new Map<string, Argument[]>();
  const operands: Argument[] = [];
  const long = new Set(shape.long);
  const valued = shape.valued ?? '';
  const put = (name: string, value: Argument | undefined) => {
    flags.add(name);
    if (value !== undefined) values.set(name, [...(values.get(name) ?? []), value]);
  };
  for (let i = 0; i < args.length; i++) {
    const argument = args[i];
    if (argument === undefined) continue;
    const { value } = argument;
    if (!value.startsWith('-') || value === '-') {
      if (shape.stopAtOperand === true) return { flags, values, operands: args.slice(i) };
      operands.push(argument);
    } else if (value === '--') {
      operands.push(...args.slice(i + 1));
      break;
    } else if (value.startsWith('--') || shape.singleDash === true) {
      const text = value.replace(/^--?/, '');
      const equals = text.indexOf('=');
      const name = equals === -1 ? text : text.slice(0, equals);
      if (equals !== -1) put(name, { ...argument, value: text.slice(equals + 1) });
      else put(name, long.has(name) || valued.includes(name) ? args[++i] : undefined);
    } else {
      for (let at = 1; at < value.length; at++) {
        const letter = value[at] ?? '';
        if (!valued.includes(letter)) {
          put(letter, undefined);
          continue;
        }
        const attached = value.slice(at + 1);
        put(letter, attached === '' ? args[++i] : { ...argument, value: attached });
        break;
      }
    }
  }
  return { flags, values, operands };
}

/** Whether any of the names is set. */
export function has(options: Options, ...names: readonly string[]): boolean {
  if (names.some((name) => options.flags.has(name))) return true;
  // GNU programs take any unambiguous beginning of a long option: `--rec`, `--del`.
  for (const flag of options.flags) {
    if (flag.length >= 3 && names.some((name) => name.startsWith(flag))) return true;
  }
  return false;
}

/** The last value of the first of the names that has one. */
export function optionValue(options: Options, ...names: readonly string[]): Argument | undefined {
  for (const name of names) {
    const found = options.values.get(name)?.at(-1);
    if (found !== undefined) return found;
  }
  return undefined;
}
