import {
  type Authenticator,
  actorOf,
  analystVerdictSchema,
  canonicalJson,
  type Decision,
  type EventSink,
  HaltwireError,
  idSchema,
  type PolicyRecord,
  parseSessionKey,
  policySchema,
  type SessionRef,
  sha256Hex,
  standingSchema,
  TOPIC,
} from '@haltwire/schemas';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { casesOf, holdsOf, refOf, type SessionDirectory, sessionsOf } from '../directory/directory.ts';
import type { TenantState } from '../engine/state/tenant.ts';
import { replyError, requirePerson } from './access.ts';
import type { CommandDesk } from './command-desk.ts';
import type { DecisionLog } from './decision-log.ts';

export interface ApiOptions {
  readonly directory: SessionDirectory;
  /** What is known of a tenant's registry. Throws `HALTWIRE_UNAVAILABLE` where nothing can be known. */
  readonly tenantOf: (tenantId: string) => TenantState | undefined;
  readonly authenticator: Authenticator;
  readonly sink: EventSink;
  /** Partitions that a new registry must be written to. */
  readonly partitions: () => Promise<readonly number[]>;
  readonly desk: Pick<CommandDesk, 'submit'>;
  readonly decisions: DecisionLog;
  readonly isConnected: (sessionKey: string) => boolean;
}

const reasonBody = z.strictObject({ reason: z.string().trim().min(1).max(2000) });
const sessionBody = z.strictObject({ sessionKey: z.string().max(2000), reason: z.string().trim().min(1).max(2000) });
const verdictBody = reasonBody.extend({
  verdict: analystVerdictSchema,
  decisionId: idSchema.optional(),
  standing: standingSchema.optional(),
});
const endApprovalBody = sessionBody.extend({ approvalId: idSchema });
const listQuery = z.object({
  sessionKey: z.string().optional(),
  /** Of a decision, or of the case, hold, kill or call that it is about. */
  id: z.string().max(200).optional(),
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
 * POST /v1/holds/:holdId/approve|deny, /v1/sessions/kill|release|end-approval, /v1/cases/:caseId/verdict (responder);
 * PUT /v1/policy, and a verdict that approves what comes (admin).
 */
export function apiRoutes(options: ApiOptions): FastifyPluginAsync {
  const { directory, authenticator, desk, decisions } = options;

  return async (app) => {
    app.setErrorHandler((error, _request, reply) => replyError(error, reply));

    app.get('/v1/holds', async (request) => {
      const person = requirePerson(request, authenticator, 'viewer');
      return { holds: holdsOf(directory, person.tenantId) };
    });

    app.get('/v1/sessions', async (request) => {
      const person = requirePerson(request, authenticator, 'viewer');
      const { limit } = parse(listQuery, request.query);
      const records = sessionsOf(directory, person.tenantId).slice(0, limit);
      return {
        sessions: records.map(({ session }) => ({ ...session, connected: options.isConnected(session.sessionKey) })),
      };
    });

    app.get('/v1/cases', async (request) => {
      const person = requirePerson(request, authenticator, 'viewer');
      const { limit } = parse(listQuery, request.query);
      return { cases: casesOf(sessionsOf(directory, person.tenantId)).slice(0, limit) };
    });

    app.get('/v1/decisions', async (request) => {
      const person = requirePerson(request, authenticator, 'viewer');
      const { sessionKey, id, limit } = parse(listQuery, request.query);
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
          (id === undefined || isAbout(decision, id)) &&
          (wanted === undefined || (decision.agentId === wanted.agentId && decision.sessionId === wanted.sessionId)),
        limit,
      );
      return { decisions: list };
    });

    app.get('/v1/policy', async (request) => {
      const person = requirePerson(request, authenticator, 'viewer');
      const tenant = options.tenantOf(person.tenantId);
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
      const entry = { key: person.tenantId, value: JSON.stringify(record) };
      // A barrier in every partition. When one of them fails, the caller hears of it and sends the same again.
      await Promise.all(
        (await options.partitions()).map((partition) => options.sink.append(TOPIC.inputs, [entry], { partition })),
      );
      return { policyHash };
    });

    for (const command of ['approve', 'deny'] as const) {
      app.post<{ Params: { holdId: string } }>(`/v1/holds/:holdId/${command}`, async (request) => {
        const person = requirePerson(request, authenticator, 'responder');
        const { reason } = parse(reasonBody, request.body);
        const { holdId } = request.params;
        const hold = holdsOf(directory, person.tenantId).find((candidate) => candidate.holdId === holdId);
        if (hold === undefined)
          throw new HaltwireError(
            'HALTWIRE_CONFLICT',
            `hold ${holdId} is not open: it was answered, has expired, or never was`,
          );
        return desk.submit(refOf(hold), actorOf(person), reason, { command, holdId });
      });
    }

    app.post<{ Params: { caseId: string } }>('/v1/cases/:caseId/verdict', async (request) => {
      const { reason, ...said } = parse(verdictBody, request.body);
      // What passes without a question from now on is policy.
      const person = requirePerson(request, authenticator, said.standing === undefined ? 'responder' : 'admin');
      const { caseId } = request.params;
      const found = sessionsOf(directory, person.tenantId).find((record) => record.case?.caseId === caseId);
      if (found === undefined) {
        throw new HaltwireError('HALTWIRE_NOT_FOUND', `There is no case ${caseId}: haltwire cases lists them.`);
      }
      return desk.submit(refOf(found.session), actorOf(person), reason, { command: 'verdict', ...said });
    });

    for (const command of ['kill', 'release'] as const) {
      app.post(`/v1/sessions/${command}`, async (request) => {
        const person = requirePerson(request, authenticator, 'responder');
        const { sessionKey, reason } = parse(sessionBody, request.body);
        return desk.submit(sessionOf(person.tenantId, sessionKey), actorOf(person), reason, { command });
      });
    }

    app.post('/v1/sessions/end-approval', async (request) => {
      const person = requirePerson(request, authenticator, 'responder');
      const { sessionKey, reason, approvalId } = parse(endApprovalBody, request.body);
      const session = sessionOf(person.tenantId, sessionKey);
      return desk.submit(session, actorOf(person), reason, { command: 'end-approval', approvalId });
    });
  };

  function sessionOf(tenantId: string, sessionKey: string): SessionRef {
    const record = directory.get(sessionKey);
    // Another tenant's session is as absent as one that never was.
    if (record === undefined || record.session.tenantId !== tenantId)
      throw new HaltwireError('HALTWIRE_NOT_FOUND', `there is no session ${sessionKey}`);
    return refOf(record.session);
  }
}

function isAbout({ decisionId, caseId, holdId, killId, callId }: Decision, id: string): boolean {
  return [decisionId, caseId, holdId, killId, callId].includes(id);
}
