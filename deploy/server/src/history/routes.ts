import type { ClickHouseClient } from '@clickhouse/client';
import { type Authenticator, HaltwireError, parseSessionKey, type SessionRef } from '@haltwire/schemas';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { sendError } from '../http/errors.ts';
import { checked, personOf } from '../http/person.ts';

/** Where the history is read: chDB in this process, or a ClickHouse server. */
export interface HistoryAccess {
  /** For the message while there is no client. */
  readonly state: string;
  /** Undefined while it cannot be asked. */
  readonly client: ClickHouseClient | undefined;
  /** A plain identifier, as the settings of ClickHouse check it. Default `haltwire`. */
  readonly database?: string | undefined;
}

const limit = z.coerce.number().int().min(1).max(1000).default(100);
const querySchema = z.union([
  z.object({ sessionKey: z.string().max(2000), limit }),
  /** Of a decision, or of the case, hold, kill or call that it is about. */
  z.object({ id: z.string().min(1).max(200), limit }),
]);

/** The newest records of one session, inputs and decisions together, oldest first. */
const sessionQuery = (database: string): string => `
  SELECT * FROM (
    SELECT topic, partition, offset, index, toUnixTimestamp64Milli(log_time) AS logTime, record
    FROM (
      SELECT topic, partition, offset, index, log_time, record FROM ${database}.inputs_once
      WHERE tenant = {tenantId: String} AND agent = {agentId: String} AND session = {sessionId: String}
      UNION ALL
      SELECT topic, partition, offset, index, log_time, record FROM ${database}.decisions_once
      WHERE tenant = {tenantId: String} AND agent = {agentId: String} AND session = {sessionId: String}
    )
    ORDER BY logTime DESC, topic ASC, offset DESC, index DESC
    LIMIT {limit: UInt32}
  )
  ORDER BY logTime, topic DESC, offset, index`;

/** The newest decisions about one thing, oldest first. */
const idQuery = (database: string): string => `
  SELECT * FROM (
    SELECT topic, partition, offset, index, toUnixTimestamp64Milli(log_time) AS logTime, record
    FROM ${database}.decisions_once
    WHERE tenant = {tenantId: String}
      AND {id: String} IN (decision_id, case_id, hold_id, kill_id, call)
    ORDER BY logTime DESC, offset DESC, index DESC
    LIMIT {limit: UInt32}
  )
  ORDER BY logTime, offset, index`;

const rowSchema = z.object({
  topic: z.string(),
  partition: z.coerce.number(),
  offset: z.coerce.number(),
  index: z.coerce.number(),
  logTime: z.coerce.number(),
  record: z.string(),
});

async function readRows(client: ClickHouseClient, query: string, query_params: Record<string, unknown>) {
  const answer = await client.query({ query, query_params, format: 'JSONEachRow' });
  return z
    .array(rowSchema)
    .parse(await answer.json())
    .map(({ topic, partition, offset, index, logTime, record }) => ({
      topic,
      position: { partition, offset, index },
      logTime,
      record: JSON.parse(record) as unknown,
    }));
}

/** The archiver has not made its tables yet: UNKNOWN_TABLE or UNKNOWN_DATABASE. */
function isBeingBuilt(error: unknown): boolean {
  // By its code: chDB throws a ClickHouseError from another package than the client's.
  return error instanceof Error && 'code' in error && (error.code === '60' || error.code === '81');
}

/** The session of a key, which must be of the person's tenant. */
function sessionOf(sessionKey: string, tenantId: string): SessionRef {
  const session = parseSessionKey(sessionKey);
  if (session === undefined) {
    throw new HaltwireError('HALTWIRE_BAD_REQUEST', 'sessionKey: is tenant/agent/session, as /v1/sessions gives it.');
  }
  if (session.tenantId !== tenantId) {
    throw new HaltwireError('HALTWIRE_NOT_FOUND', `There is no session ${sessionKey}.`);
  }
  return session;
}

/**
 * GET /v1/history?sessionKey=&limit=: what the log says of one session, from ClickHouse; ?id=&limit=: the decisions about
 * one decision, case, hold, kill or call. For people of its tenant.
 */
export function createHistoryRoutes(history: HistoryAccess, authenticator: Authenticator): FastifyPluginAsync {
  return async (app) => {
    app.setErrorHandler(sendError);
    app.get('/v1/history', async (request) => {
      const { tenantId } = personOf(request, authenticator, ['viewer', 'responder', 'admin']);
      const wanted = checked(querySchema, request.query);
      const session = 'id' in wanted ? { tenantId } : sessionOf(wanted.sessionKey, tenantId);
      const { client, database = 'haltwire' } = history;
      if (client === undefined) {
        throw new HaltwireError('HALTWIRE_UNAVAILABLE', `The history is ${history.state}; try again in a moment.`);
      }
      const query = 'id' in wanted ? idQuery(database) : sessionQuery(database);
      try {
        return { entries: await readRows(client, query, { ...session, ...wanted }) };
      } catch (error) {
        if (!isBeingBuilt(error)) throw error;
        throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'The history is being built; try again in a moment.');
      }
    });
  };
}
