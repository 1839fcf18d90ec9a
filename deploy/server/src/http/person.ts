import { type Authenticator, HaltwireError, type Principal, type Role } from '@haltwire/schemas';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { prettifyError } from 'zod';

export type Person = Extract<Principal, { kind: 'person' }>;

/**
 * The person who sends a request.
 *
 * Throws `HALTWIRE_UNAUTHENTICATED` for no or an unknown token, `HALTWIRE_FORBIDDEN` for an agent's key or a lesser role.
 */
export function personOf(request: FastifyRequest, authenticator: Authenticator, allowed: readonly Role[]): Person {
  const token = request.headers.authorization?.match(/^Bearer\s+(\S+)$/i)?.[1];
  const principal = token === undefined ? undefined : authenticator.authenticate(token);
  if (principal === undefined) {
    throw new HaltwireError('HALTWIRE_UNAUTHENTICATED', "Send a person's token: Authorization: Bearer hwt_…");
  }
  if (principal.kind !== 'person' || !allowed.includes(principal.role)) {
    throw new HaltwireError('HALTWIRE_FORBIDDEN', `This needs a person's token with role ${allowed.join(' or ')}.`);
  }
  return principal;
}

/** The body or query in its declared shape. Throws `HALTWIRE_BAD_REQUEST` naming the field. */
export function checked<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new HaltwireError('HALTWIRE_BAD_REQUEST', prettifyError(parsed.error));
  return parsed.data;
}
