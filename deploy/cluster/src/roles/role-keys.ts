import { type Authenticator, HaltwireError, TOPIC } from '@haltwire/schemas';
import type { FastifyPluginAsync } from 'fastify';
import { KEY_METRICS, openTopicKeyStore, type TopicKeyStore } from '../keys/topic-key-store.ts';
import type { RoleHost } from '../role/role.ts';

const RETRY_AFTER_SECONDS = 1;

/** The keys of a role: from `agent.keys`, in memory. */
export interface RoleKeys {
  /** Knows nobody until the keys are there: put what asks it behind `guard`. */
  readonly authenticator: Authenticator;
  /** The store; to be asked behind `guard` only. */
  readonly store: () => TopicKeyStore;
  /** Resolves when all keys are known; never when they cannot be read (the role ends then). */
  readonly opened: Promise<TopicKeyStore>;
  /** The routes, answered 503 with Retry-After until the keys are there: a good key must not be answered 401. */
  guard(routes: FastifyPluginAsync): FastifyPluginAsync;
}

/** Reads the keys for a role and follows them; the role is ready when they are there. */
export function followKeys(host: RoleHost): RoleKeys {
  const { source, sink } = host.log;
  const { logger } = host;
  const opened = Promise.withResolvers<TopicKeyStore>();
  let keys: TopicKeyStore | undefined;

  host.run(TOPIC.keys, async (signal) => {
    const either = AbortSignal.any([signal, host.stopping]);
    keys = await openTopicKeyStore({ source, sink, logger, signal: either }).catch((error: unknown) => {
      if (either.aborted) return undefined;
      throw error;
    });
    if (keys === undefined) return untilAborted(signal);
    opened.resolve(keys);
    const store = keys;
    signal.addEventListener('abort', () => void store.close(), { once: true });
    if (signal.aborted) await store.close();
    await store.following;
  });
  host.addCheck('keys', () => (keys === undefined ? `${TOPIC.keys} is being read` : undefined));
  host.addMetrics({ prefix: 'haltwire_keys', table: KEY_METRICS, read: () => keys?.metrics() ?? {} });

  return {
    authenticator: { authenticate: (bearerToken) => keys?.authenticate(bearerToken) },
    store() {
      if (keys === undefined) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'The keys are being read; try again.');
      return keys;
    },
    opened: opened.promise,
    guard: (routes) => async (app) => {
      app.addHook('onRequest', async (_request, reply) => {
        if (keys !== undefined) return;
        reply.header('retry-after', String(RETRY_AFTER_SECONDS));
        return reply.code(503).send({ code: 'HALTWIRE_UNAVAILABLE', message: 'The keys are being read; try again.' });
      });
      await app.register(routes);
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
