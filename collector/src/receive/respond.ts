import type { FastifyReply } from 'fastify';
import type { Signal } from './otlp.ts';
import { encodeResponse, encodeStatus } from './otlp-proto.ts';

/** Encodings of OTLP/HTTP; the answer has the request's. */
export type Encoding = 'json' | 'protobuf';

/** The encoding that a Content-Type names; parameters such as a charset are ignored. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'application/json') return 'json';
  return mediaType === 'application/x-protobuf' ? 'protobuf' : undefined;
}

/** HTTP status and gRPC code of each refusal, after OTLP's table. */
export const refusals = {
  unreadable: { http: 400, rpc: 3 },
  unauthenticated: { http: 401, rpc: 16 },
  forbidden: { http: 403, rpc: 7 },
  'wrong-method': { http: 405, rpc: 12 },
  'too-large': { http: 413, rpc: 8 },
  'wrong-type': { http: 415, rpc: 3 },
  internal: { http: 500, rpc: 13 },
  unavailable: { http: 503, rpc: 14 },
} as const;
export type Refusal = keyof typeof refusals;

/** Some records of the request were rejected. */
export interface Partial {
  readonly rejected: number;
  readonly errorMessage: string;
}

/** Answers 200: everything that was not rejected is durable. */
export function sendSuccess(
  reply: FastifyReply,
  encoding: Encoding,
  signal: Signal,
  partial: Partial | undefined,
): FastifyReply {
  reply.code(200);
  if (encoding === 'protobuf') return reply.type('application/x-protobuf').send(encodeResponse(partial));
  const field = signal === 'logs' ? 'rejectedLogRecords' : 'rejectedSpans';
  const body =
    partial === undefined
      ? {}
      : { partialSuccess: { [field]: String(partial.rejected), errorMessage: partial.errorMessage } };
  return reply.header('content-type', 'application/json').send(Buffer.from(JSON.stringify(body)));
}

/** Answers with a google.rpc.Status in the request's encoding. */
export function sendRefusal(reply: FastifyReply, encoding: Encoding, refusal: Refusal, message: string): FastifyReply {
  const { http, rpc } = refusals[refusal];
  reply.code(http);
  if (encoding === 'protobuf') return reply.type('application/x-protobuf').send(encodeStatus(rpc, message));
  return reply.header('content-type', 'application/json').send(Buffer.from(JSON.stringify({ code: rpc, message })));
}
