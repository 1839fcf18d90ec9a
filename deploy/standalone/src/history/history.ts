import type { ClickHouseClient } from '@clickhouse/client';
import { createArchiver } from '@haltwire/collector';
import type { EventSource } from '@haltwire/schemas';
import { openHistory } from './open-history.ts';

/**
 * How long rows gather before they go into ClickHouse. It works in this very process: fewer, larger inserts halve the calls
 * that meet one at the gate, and nobody waits for the history.
 */
const LINGER_MS = 3000;

/** Search over everything that ever happened. A convenience: detection never waits for it. */
export interface History {
  readonly state: 'opening' | 'open' | 'unavailable';
  /** Set while `state` is `open`. */
  readonly client: ClickHouseClient | undefined;
  /** Log entries that are not in ClickHouse yet; undefined while it is not open. */
  lag(): Promise<number | undefined>;
  /** Resolves when it is open or has given up; never rejects. */
  readonly settled: Promise<void>;
  close(): Promise<void>;
}

/** Logger of the history; it warns when something is off and goes on. */
export interface HistoryLogger {
  warn(message: string): void;
}

/** One log line per minute at most: the archiver tries again by itself, and may fail often. */
function createFailureLog(logger: HistoryLogger): (error: unknown) => void {
  let quietUntil = 0;
  return (error) => {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + 60_000;
    logger.warn(`the history is behind (${error instanceof Error ? error.message : String(error)}); trying again`);
  };
}

/** Opens chDB in the background and keeps it fed from the log. Never throws; what goes wrong is logged. */
export function startHistory(path: string, source: EventSource, logger: HistoryLogger): History {
  const stop = new AbortController();
  let state: History['state'] = 'opening';
  let client: ClickHouseClient | undefined;
  let lag: History['lag'] = async () => undefined;
  let archiving: Promise<void> = Promise.resolve();

  function giveUp(error: unknown): void {
    if (stop.signal.aborted) return;
    state = 'unavailable';
    const why = error instanceof Error ? error.message : String(error);
    logger.warn(`there is no history until the next start (${why}); detection goes on, and the log keeps everything`);
  }

  const settled = (async () => {
    try {
      client = await openHistory(path, logger);
      if (stop.signal.aborted) return;
      const archiver = createArchiver({ source, client, lingerMs: LINGER_MS, onFailure: createFailureLog(logger) });
      lag = async () => (await archiver.lag()).reduce((sum, { behind }) => sum + behind, 0);
      state = 'open';
      archiving = archiver.run(stop.signal).catch(giveUp);
    } catch (error) {
      giveUp(error);
    }
  })();

  return {
    get state() {
      return state;
    },
    get client() {
      return state === 'open' ? client : undefined;
    },
    lag: () => lag(),
    settled,
    async close() {
      stop.abort();
      await settled;
      await archiving;
      await client?.close();
    },
  };
}
