import { createCollector, loadClassifier } from '@haltwire/collector';
import { createDetector } from '@haltwire/detector';
import { createRedactor } from '@haltwire/schemas';
import {
  createCleanup,
  createHealthRoutes,
  createHistoryRoutes,
  createHttpServer,
  createKeyRoutes,
  createMetricsRoutes,
  createTaskTokens,
  type LogLevel,
  listen,
  loadSigningKey,
  routeSockets,
  warmUp,
} from '@haltwire/server';
import { lockDataFolder } from '../data-folder/lock.ts';
import { prepareDataFolder } from '../data-folder/prepare.ts';
import { type History, startHistory } from '../history/history.ts';
import { openKeyStore } from '../keys/key-store.ts';
import { type LogOptions, openLog } from '../log/open-log.ts';
import { createFirstKeys, type FirstStart } from './first-start.ts';
import { metricSourcesOf } from './metrics.ts';
import { readinessOf } from './readiness.ts';

/** Options of `startStandalone`. */
export interface StandaloneOptions {
  /** Folder of everything that is kept. Default: `./.haltwire`. */
  readonly dataDir?: string | undefined;
  /** Address to listen on. Default: `127.0.0.1`, this machine only. */
  readonly host?: string | undefined;
  /** Port; 0 picks a free one. Default: 4318. */
  readonly port?: number | undefined;
  /** HMAC key of secret fingerprints; the same as the agents' and the policy's. Default: `haltwire`. */
  readonly fingerprintKey?: string | undefined;
  /** When an append counts as written: see `openLog`. Default: `disk`. */
  readonly durability?: LogOptions['durability'];
  /** Least grave that is logged: to stderr, one JSON line each. Default: `info`. */
  readonly logLevel?: LogLevel | undefined;
  /** Short for `logLevel: 'error'`. Default: false. */
  readonly quiet?: boolean | undefined;
}

/** A running server. */
export interface Standalone {
  /** Where agents and people reach it. */
  readonly url: string;
  /** Set when this was the first start on the folder: secrets that are shown once. */
  readonly firstStart?: FirstStart;
  /** Resolves when the history (ClickHouse) is open or has given up. Nothing else waits for it. */
  readonly historySettled: Promise<void>;
  /** Stops taking requests, finishes those in flight, saves, frees the folder. */
  close(): Promise<void>;
}

/**
 * Starts Haltwire in this process: collector, detector, log, keys and history on one port and one data folder.
 *
 * Listens only after the detector has restored its state and owns the log, so no agent meets a server that cannot judge.
 *
 * - `dataDir`: `./.haltwire` (default)
 * - `host`: `127.0.0.1` (default); `port`: 4318 (default), 0 = any free one
 * - `fingerprintKey`: `haltwire` (default)
 * - `durability`: `disk` (default) | `process`
 * - `logLevel`: `info` (default) | `warn` | `error`; `quiet`: false (default) | true = `error`
 *
 * Throws `HALTWIRE_CONFLICT` when the folder or the port is in use, `HALTWIRE_STORAGE` when the folder cannot be used.
 *
 * @example
 * const haltwire = await startStandalone({ dataDir: './.haltwire', port: 0 });
 * console.log(haltwire.url, haltwire.firstStart?.adminToken);
 * await haltwire.close();
 */
export async function startStandalone(options: StandaloneOptions = {}): Promise<Standalone> {
  const { dataDir = './.haltwire', host = '127.0.0.1', port = 4318, quiet = false } = options;
  const logLevel = quiet ? 'error' : options.logLevel;
  const cleanup = createCleanup();
  try {
    const folder = prepareDataFolder(dataDir);
    const lock = lockDataFolder(folder);
    cleanup.add(() => lock.release());
    const keys = openKeyStore(folder.keys);
    cleanup.add(() => keys.close());
    const log = openLog({ path: folder.log, durability: options.durability });
    cleanup.add(() => log.close());
    let history: History | undefined;
    cleanup.add(() => history?.close());

    const { app, logger } = createHttpServer({ logLevel });
    cleanup.add(() => app.close());
    const taskTokens = createTaskTokens(await loadSigningKey(folder.signingKey));
    const { sink, source, snapshots } = log;
    const redactor = createRedactor({ fingerprintKey: options.fingerprintKey });
    const classifier = await loadClassifier();
    await warmUp(redactor, classifier);
    const collector = createCollector({ sink, authenticator: keys, taskTokens, redactor, classifier });
    const detector = createDetector({ source, sink, snapshots, authenticator: keys, logger });
    // Sockets keep the HTTP server open, so they go first.
    cleanup.add(routeSockets(app.server, detector));
    cleanup.add(() => detector.stop());
    await detector.start();
    const firstStart = await createFirstKeys(keys);

    history = startHistory(folder.clickhouse, source, logger);
    await app.register(collector.routes);
    await app.register(detector.routes);
    await app.register(createKeyRoutes({ keys: () => keys, taskTokens }));
    await app.register(createHistoryRoutes(history, keys));
    await app.register(createHealthRoutes(readinessOf(detector, history)));
    await app.register(createMetricsRoutes(metricSourcesOf({ collector, detector, log, history })));
    const url = await listen(app, { host, port, cure: 'Pick another one with --port.' });
    return {
      url,
      ...(firstStart === undefined ? {} : { firstStart }),
      historySettled: history.settled,
      close: cleanup.run,
    };
  } catch (error) {
    await cleanup.run().catch(() => {});
    throw error;
  }
}
