import type { ToolCall } from '../support/front.ts';

/** Choices of the grammar; one seed of the generator gives the same ones again. */
export interface Dice {
  /** One of the items. */
  pick<T>(items: readonly [T, ...T[]]): T;
  /** True with this probability. */
  chance(share: number): boolean;
  /** A name that looks like one a person gave. */
  word(): string;
  /** An absolute path below a folder of data. */
  path(): string;
  /** Lower-case hex digits. */
  hex(length: number): string;
}

interface Common {
  /** What it does, for the tables: `rm -rf`, `drop table`. */
  readonly name: string;
  /** Nothing is destroyed: it must not look so after any rewriting. */
  readonly benign: boolean;
}

/** A simple command. */
export interface ShellSeed extends Common {
  readonly family: 'shell';
  readonly argv: readonly [string, ...string[]];
  /** The path that it removes, where an interpreter's own call would do the same. */
  readonly removes?: string;
  /** The request that does the same at the vendor's API. */
  readonly api?: Omit<HttpSeed, keyof Common | 'family'>;
}

/** One SQL statement. */
export interface SqlSeed extends Common {
  readonly family: 'sql';
  readonly statement: string;
}

/** One request. */
export interface HttpSeed extends Common {
  readonly family: 'http';
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly host: string;
  readonly path: string;
  /** The same as a JSON-RPC method. */
  readonly rpc: string;
}

/** One GraphQL operation with one field. */
export interface GraphqlSeed extends Common {
  readonly family: 'graphql';
  readonly operation: 'query' | 'mutation';
  readonly field: string;
  readonly argument: string;
  readonly id: string;
}

/** An act before it is disguised. */
export type Seed = ShellSeed | SqlSeed | HttpSeed | GraphqlSeed;

/** One way to write an act differently. */
export interface Transformation<S extends Seed = Seed> {
  readonly name: string;
  /** The act rewritten; undefined when this way does not fit it. */
  rewrite(seed: S, dice: Dice): ToolCall | undefined;
}
