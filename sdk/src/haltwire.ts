import { randomUUID } from 'node:crypto';
import { createRedactor } from '@haltwire/schemas/redact';
import { trace } from '@opentelemetry/api';
import { type Runtime, systemRuntime } from './clock.ts';
import { type Config, readId, readOptions, readSessionOptions } from './config.ts';
import { HaltwireError, HaltwireSessionEndedError } from './errors.ts';
import { flushBeforeExit } from './exit-flush.ts';
import { GatewayLink } from './gateway/link.ts';
import { createPoster } from './otlp/post.ts';
import type { SessionEnvironment } from './session/environment.ts';
import { GatedSession } from './session/session.ts';
import type { Haltwire, HaltwireOptions, Session, SessionOptions } from './types.ts';
import { SDK_VERSION } from './version.ts';
import { createWarn, WARNING, type Warn } from './warnings.ts';

/** A request to the collector that takes longer is given up and repeated, ms. */
const POST_TIMEOUT_MS = 10_000;
const EXIT_FLUSH_MS = 2000;
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Connects an agent's process to Haltwire. Nothing is sent before the first session.
 *
 * Options: `key` (else `HALTWIRE_KEY`), `endpoint` (else `HALTWIRE_ENDPOINT`, else `http://127.0.0.1:4318`),
 * `gatewayEndpoint` [endpoint], `fingerprintKey` (else `HALTWIRE_FINGERPRINT_KEY`), `gateTimeoutMs` [10000],
 * `failMode.readOnly` ['open'], `dangerouslyAllowRiskyWhenUnreachable` [false], `maxUnsentEvents` [10000],
 * `flushIntervalMs` [100], `resolveTargets` [none], `tracer` [global], `onWarning` [process.emitWarning].
 *
 * @throws HaltwireError `HALTWIRE_CONFIG` naming the option that is wrong, missing or unknown.
 * @example
 * const haltwire = createHaltwire({ key: process.env.HALTWIRE_KEY });
 * const session = haltwire.session({ agent: 'deploy-bot', task: 'fix the staging deploy' });
 * const files = await session.tool('shell', { command: 'ls' }, ({ command }, { signal }) => run(command, signal));
 * await haltwire.close();
 */
export function createHaltwire(options: HaltwireOptions = {}): Haltwire {
  return createHaltwireOn(systemRuntime, options);
}

/** `createHaltwire` with its clocks given: for tests. */
export function createHaltwireOn(runtime: Runtime, options: HaltwireOptions): Haltwire {
  const config = readOptions(options);
  const warn = createWarn(config.onWarning);
  warnOfPlaintext(config, warn);
  const poster = createPoster({ endpoint: config.endpoint, key: config.key, timeoutMs: POST_TIMEOUT_MS });
  const link = new GatewayLink({ endpoint: config.gatewayEndpoint, key: config.key, runtime, warn });
  const shared: SessionEnvironment = {
    config,
    link,
    post: poster.post,
    // One memory for all sessions of the process: a token found in one is known again in another.
    redactor: createRedactor({ fingerprintKey: config.fingerprintKey }).remembering(),
    runtime,
    tracer: config.tracer ?? trace.getTracer('@haltwire/sdk', SDK_VERSION),
    warn,
  };
  return new ConnectedHaltwire(shared, poster.close);
}

class ConnectedHaltwire implements Haltwire {
  readonly #shared: SessionEnvironment;
  readonly #closePoster: () => void;
  readonly #sessions = new Map<string, GatedSession>();
  readonly #forgetExit: () => void;
  #closed: Promise<void> | undefined;

  constructor(shared: SessionEnvironment, closePoster: () => void) {
    this.#shared = shared;
    this.#closePoster = closePoster;
    const sessions = this.#sessions;
    this.#forgetExit = flushBeforeExit({
      get unsent() {
        let unsent = 0;
        for (const session of sessions.values()) unsent += session.unsent;
        return unsent;
      },
      flush: async () => {
        await Promise.all([...sessions.values()].map((session) => session.flush(EXIT_FLUSH_MS)));
      },
    });
  }

  session(options: SessionOptions): Session {
    if (this.#closed !== undefined) throw new HaltwireSessionEndedError('this Haltwire was closed; create a new one');
    const about = readSessionOptions(options);
    const sessionId = readId(options.sessionId ?? `ses_${randomUUID()}`, 'sessionId');
    if (this.#sessions.has(sessionId)) {
      throw new HaltwireError(
        'HALTWIRE_CONFLICT',
        `session ${sessionId} is open in this process already; end it first`,
      );
    }
    const session = new GatedSession(sessionId, options, about, this.#shared, () => this.#sessions.delete(sessionId));
    this.#sessions.set(sessionId, session);
    return session;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.end()));
    await this.#shared.link.close();
    this.#closePoster();
    this.#forgetExit();
  }
}

function warnOfPlaintext(config: Config, warn: Warn): void {
  for (const url of new Set([config.endpoint, config.gatewayEndpoint])) {
    if (url.protocol === 'http:' && !loopback.test(url.hostname)) {
      warn(
        WARNING.plaintextEndpoint,
        `${url.origin} is plain http on another host: the key crosses the network readable; use https`,
      );
    }
  }
}
