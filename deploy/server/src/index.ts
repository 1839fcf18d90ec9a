/**
 * What every server process of Haltwire shares: keys, task tokens, HTTP, health, metrics.
 *
 * @module
 */
export { type Cleanup, createCleanup } from './cleanup.ts';
export { createHistoryRoutes, type HistoryAccess } from './history/routes.ts';
export { sendError } from './http/errors.ts';
export { createHealthRoutes, type Readiness } from './http/health-routes.ts';
export { checked, type Person, personOf } from './http/person.ts';
export { createHttpServer, type HttpServer, type Logger, type LogLevel, listen, logLevels } from './http/server.ts';
export { routeSockets, type SocketHandler } from './http/sockets.ts';
export { createInTurn, type InTurn } from './keys/in-turn.ts';
export {
  type CreatedKey,
  DEFAULT_TENANT,
  findRevocable,
  hashOfSecret,
  type KeyInfo,
  type KeyRequest,
  type KeyStore,
  keyInfoSchema,
  keyRequestSchema,
  keysOf,
  newKey,
  principalOf,
} from './keys/key-store.ts';
export { createKeyRoutes, type KeyRoutesOptions } from './keys/routes.ts';
export { loadSigningKey, loadVerifyingKey, type SigningKey, type VerifyingKey } from './keys/signing-key.ts';
export {
  createTaskTokens,
  createTaskTokenVerifier,
  type MintedTaskToken,
  type TaskTokenRequest,
  type TaskTokens,
  taskTokenRequestSchema,
} from './keys/task-tokens.ts';
export { createExposition, type Exposition, type MetricSource } from './metrics/exposition.ts';
export { metricRows } from './metrics/markdown.ts';
export { type NamedMetric, nameMetrics } from './metrics/names.ts';
export { createMetricsRoutes } from './metrics/routes.ts';
export { warmUp } from './warm-up.ts';
