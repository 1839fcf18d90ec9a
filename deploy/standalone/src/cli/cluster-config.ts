import { HaltwireError } from '@haltwire/schemas';
import type { Logger } from '@haltwire/server';
import { UsageError } from './command.ts';

/** Flags of every command that works on a cluster. */
export const clusterFlags = {
  config: { type: 'string' },
} as const;

export const clusterFlagsHelp = `  --config FILE      settings (YAML); default: the file that $HALTWIRE_CONFIG names. Variables win over it: see the README
                     of @haltwire/cluster, and its example haltwire.yaml`;

/**
 * Reads settings; a wrong file or variable is a wrong command line.
 *
 * Throws `UsageError` with every fault and its cure.
 */
export function readConfig<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (HaltwireError.isInstance(error) && error.code === 'HALTWIRE_CONFIG') throw new UsageError(error.message);
    throw error;
  }
}

/** For a person at a terminal: what matters only, as text. */
export const terminalLogger: Logger = {
  info: () => {},
  warn: (message) => void process.stderr.write(`haltwire: ${message}\n`),
  error: (message) => void process.stderr.write(`haltwire: ${message}\n`),
};
