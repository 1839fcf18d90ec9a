import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { HaltwireError } from '@haltwire/schemas';

/** One subcommand. */
export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** What --help prints: usage, options with defaults, an example. */
  readonly help: string;
  /** Returns the exit code: 0 done, 1 failed. Throws `UsageError` for a wrong command line. */
  run(args: readonly string[]): Promise<number>;
}

/** A command line that cannot be run: exit code 2, and the message names the flag and the cure. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads flags and positionals, refusing what the command does not know.
 *
 * Throws `UsageError` naming the flag.
 */
export function readFlags<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const flags = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(`${message.split('. ')[0]}. This command knows: ${[...flags, '--help'].join(', ')}.`);
  }
}

/** A port number. Throws `UsageError` naming the flag. */
export function readPort(value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) {
    throw new UsageError(`--port ${value} is not a port: give a number from 0 (any free one) to 65535.`);
  }
  return port;
}

/** What to print for an error that ended a command. */
export function messageOf(error: unknown): string {
  if (HaltwireError.isInstance(error)) return error.message;
  return error instanceof Error ? error.message : String(error);
}
