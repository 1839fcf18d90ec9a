import type { Function as FunctionNode } from 'unbash';
import type { Findings } from '../findings.ts';
import type { Handler } from './call.ts';

/** One word of a command after expansion, as far as the command itself shows it. */
export interface Argument {
  /** The value; what is not known stands as it was written, e.g. `$DIR/x`. */
  readonly value: string;
  /** False when part of the value hangs on something outside the command. */
  readonly known: boolean;
  /** Holds an unquoted pattern. */
  readonly glob: boolean;
  /** Stands for what a search by name, age or content found: some files of a place, not all. */
  readonly narrow?: boolean | undefined;
}

/** A variable that the command itself set. */
export interface Variable {
  readonly value: string;
  readonly known: boolean;
}

/** Names that always lead somewhere else than the command shows. */
export type Variables = Map<string, Variable>;

/** What the call itself, or its session before it, has made. */
export interface Made {
  /** The working directory of the call: relative paths below it are the agent's own workspace. */
  readonly workspace: string | undefined;
  /** Paths that were created. */
  readonly paths: Set<string>;
  /** Contents of files that were written, by path. */
  readonly texts: Map<string, string>;
  /** Files that were downloaded: what runs them runs a stranger's program. */
  readonly fetched: Set<string>;
  /** Aliases by name. */
  readonly aliases: Map<string, string>;
}

/** What a shell knows at one point of the walk. Subshells get a copy. */
export interface Shell {
  /** Known programs by name. Handed in, so that wrappers may run them without an import cycle. */
  readonly programs: ReadonlyMap<string, Handler>;
  readonly findings: Findings;
  cwd: string | undefined;
  readonly variables: Variables;
  readonly functions: Map<string, FunctionNode>;
  /** What the whole call shares, subshells too. */
  readonly made: Made;
  /** Nested interpreters, functions and substitutions above this point. */
  readonly depth: number;
  /** How the walk came here, for evidence: `bash -c > `. */
  readonly trail: string;
  /** The body runs once for each of something that the command does not show. */
  readonly repeated: boolean;
  /** What it repeats over was found by name, age or content: some files of a place, not all. */
  readonly narrow?: boolean | undefined;
}

/** What stands on a command's standard input. */
export interface Input {
  /** Its text, when the command itself writes it (a heredoc, `echo … |`). */
  readonly text: string | undefined;
  /** Where it comes from otherwise, e.g. `curl`; undefined = nothing is piped in. */
  readonly from: string | undefined;
  /** It lists what a search by name, age or content found. */
  readonly narrow?: boolean | undefined;
}

export const NO_INPUT: Input = { text: undefined, from: undefined };

/** A literal argument. */
export function literal(value: string): Argument {
  return { value, known: true, glob: false };
}

/** A copy for a subshell or a nested interpreter. */
export function nested(shell: Shell, changes: Partial<Shell> = {}): Shell {
  return { ...shell, variables: new Map(shell.variables), functions: new Map(shell.functions), ...changes };
}
