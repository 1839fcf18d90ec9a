import { HaltwireError } from '@haltwire/schemas';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { sendError } from './errors.ts';

/** Least grave that is logged. */
export const logLevels = ['info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A structural logger; every package's own fits. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** An HTTP server that does not listen yet, and its log. */
export interface HttpServer {
  readonly app: FastifyInstance;
  readonly logger: Logger;
}

/**
 * Makes the HTTP server of a process: errors are `{code, message}`, the log goes to stderr, one JSON line each, and no
 * request is logged (its address may hold what must not be repeated).
 *
 * - `logLevel`: `info` (default) | `warn` | `error`
 * - `finishRequests`: when it closes, finish the requests under way and cut idle connections only; false (default) = cut all
 *
 * @example
 * const { app, logger } = createHttpServer({ logLevel: 'warn' });
 * await app.register(collector.routes);
 * logger.info(await listen(app, { host: '127.0.0.1', port: 0 }));
 */
export function createHttpServer({
  logLevel = 'info',
  finishRequests = false,
}: {
  logLevel?: LogLevel | undefined;
  finishRequests?: boolean | undefined;
} = {}): HttpServer {
  const app = Fastify({
    logger: { level: logLevel, stream: process.stderr },
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: finishRequests ? 'idle' : true,
  });
  app.setNotFoundHandler((request) => {
    // Without the query: it may hold what must not be repeated.
    const [path = ''] = request.url.split('?');
    throw new HaltwireError('HALTWIRE_NOT_FOUND', `There is no ${request.method} ${path} here: check the path.`);
  });
  app.setErrorHandler(sendError);
  if (finishRequests) closeConnectionsAfterAnswers(app);
  const logger: Logger = {
    info: (message) => app.log.info(message),
    warn: (message) => app.log.warn(message),
    error: (message) => app.log.error(message),
  };
  return { app, logger };
}

/** A connection that is kept alive after the last answer would keep the server open until its client lets go. */
function closeConnectionsAfterAnswers(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
}

/**
 * Listens and answers the server's address.
 *
 * - `cure`: what to do when the port is in use, a sentence
 *
 * Throws `HALTWIRE_CONFLICT` when the port is in use.
 */
export async function listen(
  app: FastifyInstance,
  { host, port, cure }: { host: string; port: number; cure: string },
): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') {
      throw new HaltwireError('HALTWIRE_CONFLICT', `Port ${port} on ${host} is in use. ${cure}`, { cause });
    }
    throw cause;
  }
}
