import { type ErrorCode, HaltwireError } from '@haltwire/schemas';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

const statusOf: Partial<Record<ErrorCode, number>> = {
  HALTWIRE_BAD_REQUEST: 400,
  HALTWIRE_POLICY: 400,
  HALTWIRE_UNAUTHENTICATED: 401,
  HALTWIRE_FORBIDDEN: 403,
  HALTWIRE_NOT_FOUND: 404,
  HALTWIRE_CONFLICT: 409,
  HALTWIRE_TOO_LARGE: 413,
  HALTWIRE_UNAVAILABLE: 503,
};

/** Answers every error as `{code, message}`. What is not ours is logged, and answered without its text. */
export function sendError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  if (HaltwireError.isInstance(error)) {
    reply.code(statusOf[error.code] ?? 500).send({ code: error.code, message: error.message });
    return;
  }
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status < 500) {
    const code: ErrorCode = status === 413 ? 'HALTWIRE_TOO_LARGE' : 'HALTWIRE_BAD_REQUEST';
    reply.code(status).send({ code, message: error.message });
    return;
  }
  request.log.error({ err: error }, 'request failed');
  reply.code(500).send({ code: 'HALTWIRE_UNAVAILABLE', message: 'Something failed here; the server log says what.' });
}
