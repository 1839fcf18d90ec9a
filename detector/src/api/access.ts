import { type Authenticator, HaltwireError, type Principal, type Role } from '@haltwire/schemas';
import type { FastifyReply, FastifyRequest } from 'fastify';

type Person = Extract<Principal, { kind: 'person' }>;

const RANK: Record<Role, number> = { viewer: 0, responder: 1, admin: 2 };

const STATUS: Partial<Record<string, number>> = {
  HALTWIRE_UNAUTHENTICATED: 401,
  HALTWIRE_FORBIDDEN: 403,
  HALTWIRE_NOT_FOUND: 404,
  HALTWIRE_CONFLICT: 409,
  HALTWIRE_BAD_REQUEST: 400,
  HALTWIRE_POLICY: 400,
  HALTWIRE_UNAVAILABLE: 503,
};

/** The token of an `Authorization: Bearer` header, or undefined. */
export function bearerOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^Bearer ([\w.~+/=-]+)$/i.exec(header)?.[1];
}

/**
 * The person behind a request, who must have at least `role`.
 *
 * Throws `HALTWIRE_UNAUTHENTICATED` without a known token and `HALTWIRE_FORBIDDEN` for a lesser role and for every
 * agent's key: an agent never approves, releases or looks at others.
 */
export function requirePerson(request: FastifyRequest, authenticator: Authenticator, role: Role): Person {
  const token = bearerOf(request.headers.authorization);
  const principal = token === undefined ? undefined : authenticator.authenticate(token);
  if (principal === undefined) {
    throw new HaltwireError('HALTWIRE_UNAUTHENTICATED', "send a person's token: Authorization: Bearer hwt_…");
  }
  if (principal.kind !== 'person')
    throw new HaltwireError('HALTWIRE_FORBIDDEN', "an agent's key opens nothing here; a person's token does");
  if (RANK[principal.role] < RANK[role])
    throw new HaltwireError('HALTWIRE_FORBIDDEN', `this needs the role ${role}; yours is ${principal.role}`);
  return principal;
}

/** Answers errors as `{code, message}`; what is not ours says nothing about the inside. */
export function replyError(error: unknown, reply: FastifyReply): FastifyReply {
  if (HaltwireError.isInstance(error)) {
    return reply.code(STATUS[error.code] ?? 500).send({ code: error.code, message: error.message });
  }
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500) {
    const message = error instanceof Error ? error.message : 'bad request';
    return reply.code(status).send({ code: 'HALTWIRE_BAD_REQUEST', message });
  }
  return reply
    .code(500)
    .send({ code: 'HALTWIRE_UNAVAILABLE', message: 'the server failed on this request; its log says more' });
}
