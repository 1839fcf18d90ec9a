import {
  type Authenticator,
  actorOf,
  canonicalJson,
  type EventSink,
  HaltwireError,
  type PolicyRecord,
  parseSessionKey,
  policySchema,
  sha256Hex,
  TOPIC,
} from '@haltwire/schemas';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { caseView, holdsOf, sessionsOf, sessionView } from '../analyst/views.ts';
import type { Engine } from '../engine/engine.ts';
import type { SessionState } from '../engine/state/session.ts';
import { replyError, requirePerson } from './access.ts';
import type { CommandDesk } from './command-desk.ts';
import type { DecisionLog } from './decision-log.ts';

export interface ApiOptions {
  readonly engine: Engine;
  readonly authenticator: Authenticator;
  readonly sink: EventSink;
  readonly desk: CommandDesk;
  readonly decisions: DecisionLog;
  readonly isConnected: (sessionKey: string) => boolean;
}

const reasonBody = z.strictObject({ reason: z.string().trim().min(1).max(2000) });
const sessionBody = z.strictObject({ sessionKey: z.string().max(2000), reason: z.string().trim().min(1).max(2000) });
const listQuery = z.object({
  sessionKey: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new HaltwireError(
    'HALTWIRE_BAD_REQUEST',
    `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is not valid'}`,
  );
}

/**
 * The analysts' HTTP API. People's tokens only; each tenant sees itself.
 *
 * GET /v1/holds, /v1/sessions, /v1/cases, /v1/decisions, /v1/policy (viewer);
 * POST /v1/holds/:holdId/approve|deny, /v1/sessions/kill|release (responder); PUT /v1/policy (admin).
 */
export function apiRoutes(options: ApiOptions): FastifyPluginAsync {
  const { engine, authenticator, desk, decisions } = options;
  const { store } = engine;

  return async (app) => {
    app.setErrorHandler((error, _request, reply) => replyError(error, reply));

    app.get('/v1/holds', async (request) => {
      const person = requirePerson(request, authenticator, 'viewer');
      return { holds: holdsOf(store, person.tenantId) };
    });

    app.get('/v1/sessions', async (request) => {
      const person = requirePerson(request, authenticator, 'viewer');
      const { limit } = parse(listQuery, request.query);
      const sessions = sessionsOf(store, person.tenantId).slice(0, limit);
      return {
        sessions: sessions.map((session) => ({
          ...sessionView(session, store),
          connected: options.isConnected(session.key),
        })),
      };
    });

    app.get('/v1/cases', async (request) => {
      const person = requirePerson(request, authenticator, 'viewer');
      const { limit } = parse(listQuery, request.query);
      return {
        cases: sessionsOf(store, person.tenantId)
          .flatMap((session) => caseView(session) ?? [])
          .slice(0, limit),
      };
    });

    app.get('/v1/decisions', async (request) => {
      const person = requirePerson(request, authenticator, 'viewer');
      const { sessionKey, limit } = parse(listQuery, request.query);
      const wanted = sessionKey === undefined ? undefined : parseSessionKey(sessionKey);
      if (sessionKey !== undefined && wanted === undefined) {
        throw new HaltwireError(
          'HALTWIRE_BAD_REQUEST',
          'sessionKey: is tenant/agent/session, as /v1/sessions gives it',
        );
      }
      const list = decisions.list(
        (decision) =>
          decision.tenantId === person.tenantId &&
          (wanted === undefined || (decision.agentId === wanted.agentId && decision.sessionId === wanted.sessionId)),
        limit,
      );
      return { decisions: list };
    });

    app.get('/v1/policy', async (request) => {
      const person = requirePerson(request, authenticator, 'viewer');
      const tenant = store.tenants.get(person.tenantId);
      return { policyHash: tenant?.policyHash ?? 'none', policy: tenant?.policy ?? policySchema.parse({ version: 1 }) };
    });

    app.put('/v1/policy', { bodyLimit: 4 * 1024 * 1024 }, async (request) => {
      const person = requirePerson(request, authenticator, 'admin');
      const policy = parse(policySchema, request.body);
      const policyHash = sha256Hex(canonicalJson(policy));
      const record: PolicyRecord = {
        type: 'policy',
        v: 1,
        tenantId: person.tenantId,
        policyHash,
        actor: actorOf(person),
        policy,
      };
      await options.sink.append(TOPIC.inputs, [{ key: person.tenantId, value: JSON.stringify(record) }]);
      return { policyHash };
    });

    for (const command of ['approve', 'deny'] as const) {
      app.post<{ Params: { holdId: string } }>(`/v1/holds/:holdId/${command}`, async (request) => {
        const person = requirePerson(request, authenticator, 'responder');
        const { reason } = parse(reasonBody, request.body);
        const { holdId } = request.params;
        const session = sessionsOf(store, person.tenantId).find((candidate) => candidate.holds.has(holdId));
        if (session === undefined)
          throw new HaltwireError(
            'HALTWIRE_CONFLICT',
            `hold ${holdId} is not open: it was answered, has expired, or never was`,
          );
        return desk.submit(session, actorOf(person), reason, { command, holdId });
      });
    }

    for (const command of ['kill', 'release'] as const) {
      app.post(`/v1/sessions/${command}`, async (request) => {
        const person = requirePerson(request, authenticator, 'responder');
        const { sessionKey, reason } = parse(sessionBody, request.body);
        return desk.submit(sessionOf(person.tenantId, sessionKey), actorOf(person), reason, { command });
      });
    }
  };

  function sessionOf(tenantId: string, sessionKey: string): SessionState {
    const session = store.sessions.get(sessionKey);
    // Another tenant's session is as absent as one that never was.
    if (session === undefined || session.tenantId !== tenantId)
      throw new HaltwireError('HALTWIRE_NOT_FOUND', `there is no session ${sessionKey}`);
    return session;
  }
}
