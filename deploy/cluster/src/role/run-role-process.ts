import type { RunningRole } from './start-role.ts';

/** Options of `runRoleProcess`. */
export interface RunRoleOptions {
  /** Starts the role; should give up when the signal fires. */
  readonly start: (signal: AbortSignal) => Promise<RunningRole>;
  /** Called when it answers. */
  readonly onStarted: (role: RunningRole) => void;
  /** How long the ending may take, s; then the process ends all the same, with exit code 1. */
  readonly shutdownSeconds: number;
}

const exitCodes = { SIGTERM: 143, SIGINT: 130 } as const;

/** Resolves at the first wish that we end; the second ends the process at once. */
function askedToEnd(): { readonly asked: Promise<void>; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let times = 0;
  const hear = (signal: NodeJS.Signals): void => {
    times += 1;
    if (times > 1) process.exit(signal === 'SIGINT' ? exitCodes.SIGINT : exitCodes.SIGTERM);
    resolve();
  };
  // The parent that holds a channel to us is gone.
  const orphaned = (): void => resolve();
  process.on('SIGTERM', hear);
  process.on('SIGINT', hear);
  process.on('disconnect', orphaned);
  return {
    asked: promise,
    forget() {
      process.off('SIGTERM', hear);
      process.off('SIGINT', hear);
      process.off('disconnect', orphaned);
    },
  };
}

/**
 * Runs a role as this process until somebody asks it to end (SIGTERM, SIGINT), in good order: it finishes the requests
 * under way, hands over and closes. A second signal ends it at once.
 *
 * Answers the exit code: 0 ended as asked, 1 could not go on or could not end cleanly. Throws what the start throws.
 *
 * @example
 * process.exitCode = await runRoleProcess({ start: (signal) => startCollectorRole(config, { signal }), onStarted, shutdownSeconds: 20 });
 */
export async function runRoleProcess({ start, onStarted, shutdownSeconds }: RunRoleOptions): Promise<number> {
  const ending = new AbortController();
  const { asked, forget } = askedToEnd();
  let timer: NodeJS.Timeout | undefined;
  const giveUpLater = (): void => {
    ending.abort();
    timer ??= setTimeout(() => {
      process.stderr.write(
        `haltwire: did not end within ${shutdownSeconds} s (shutdownSeconds); ending all the same\n`,
      );
      process.exit(1);
    }, shutdownSeconds * 1000);
  };
  asked.then(giveUpLater);
  try {
    const role = await start(ending.signal).catch((error: unknown) => {
      // Asked to end while it started: it did.
      if (ending.signal.aborted) return undefined;
      throw error;
    });
    if (role === undefined) return 0;
    if (!ending.signal.aborted) onStarted(role);
    const why = await Promise.race([asked, role.failed.catch((error: unknown) => ({ error }))]);
    if (why !== undefined) role.logger.error(`cannot go on: ${messageOf(why.error)}`);
    giveUpLater();
    try {
      await role.close();
    } catch (error) {
      role.logger.error(messageOf(error));
      return 1;
    }
    return why === undefined ? 0 : 1;
  } finally {
    clearTimeout(timer);
    forget();
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return `${error.message}: ${error.errors.map(messageOf).join('; ')}`;
  return error instanceof Error ? error.message : String(error);
}
