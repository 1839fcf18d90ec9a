import { type Authenticator, HaltwireError, rootKeyOf, TOPIC } from '@haltwire/schemas';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { type AgentPrincipal, authenticate } from '../authenticate/authenticate.ts';
import { deadLetterOf } from '../ingest/dead-letter.ts';
import { type IngestParts, ingest } from '../ingest/ingest.ts';
import { BodyError, isKnownEncoding, readBody } from './body.ts';
import type { Load } from './load.ts';
import { type Decoded, type OtlpLog, type OtlpSpan, type Signal, UnreadableRequest } from './otlp.ts';
import { decodeJson } from './otlp-json.ts';
import { decodeProto } from './otlp-proto.ts';
import { type Encoding, encodingOf, type Refusal, refusals, sendRefusal, sendSuccess } from './respond.ts';

/** What the routes need beside the pipeline. */
export interface RouteParts extends IngestParts {
  readonly authenticator: Authenticator;
}

const otherMethods = ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const;

/** The OTLP/HTTP front door: `POST /v1/logs` and `POST /v1/traces`, as an encapsulated fastify plugin. */
export function otlpRoutes(parts: RouteParts, load: Load): FastifyPluginAsync {
  return async (server) => {
    // The bodies are ours to read: authenticated first, decompressed under a limit, never through fastify's parsers.
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', (_request, _payload, done) => done(null));
    server.setErrorHandler((error, request, reply) => refuseError(parts, error, request, reply));
    for (const signal of ['logs', 'traces'] as const) {
      server.post(`/v1/${signal}`, (request, reply) => take(parts, load, signal, request, reply));
      server.route({
        method: [...otherMethods],
        url: `/v1/${signal}`,
        handler: (request, reply) =>
          refuse(
            parts,
            reply.header('allow', 'POST'),
            encodingOf(request.headers['content-type']) ?? 'json',
            'wrong-method',
            `send POST /v1/${signal}`,
          ),
      });
    }
  };
}

async function take(parts: RouteParts, load: Load, signal: Signal, request: FastifyRequest, reply: FastifyReply) {
  const { metrics, limits } = parts;
  metrics.add('requests.received');
  const encoding = encodingOf(request.headers['content-type']);
  const answerIn = encoding ?? 'json';
  const sender = authenticate(request.headers.authorization, parts.authenticator);
  if (!sender.ok) {
    if (sender.refusal === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
    return refuse(parts, reply, answerIn, sender.refusal, sender.message);
  }
  if (encoding === undefined) {
    return refuse(parts, reply, 'json', 'wrong-type', 'send Content-Type application/x-protobuf or application/json');
  }
  const contentEncoding = (request.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (!isKnownEncoding(contentEncoding)) {
    return refuse(parts, reply, encoding, 'wrong-type', 'send Content-Encoding gzip, deflate, br, zstd or none');
  }
  const place = load.enter(agentKeyOf(sender.agent));
  if (place === undefined) {
    return refuse(parts, reply, encoding, 'unavailable', 'too many requests at a time; try again');
  }
  try {
    const body = await readBody(request.raw, contentEncoding, limits.bodyBytes, place);
    metrics.add('bytes.received', body.length);
    const records = await decode(parts, signal, encoding, sender.agent, body);
    const partial = await ingest(parts, { signal, encoding, agent: sender.agent, records });
    metrics.requestAnswered(200);
    return sendSuccess(reply, encoding, signal, partial);
  } catch (error) {
    const { refusal, message } = refusalOf(error);
    return refuse(parts, reply, encoding, refusal, message);
  } finally {
    place.leave();
  }
}

async function decode(
  parts: RouteParts,
  signal: Signal,
  encoding: Encoding,
  agent: AgentPrincipal,
  body: Buffer,
): Promise<Decoded<OtlpLog | OtlpSpan>[]> {
  try {
    return encoding === 'json' ? decodeJson(signal, body) : decodeProto(signal, body);
  } catch (error) {
    if (!(error instanceof UnreadableRequest)) throw error;
    const text = body.subarray(0, 16_384).toString('utf8').toWellFormed();
    const letter = deadLetterOf(
      { reason: 'unparsable', message: error.message, signal, agent, body: text },
      parts.redactor,
    );
    const key = agentKeyOf(agent);
    // The sender learns of it either way; a log that is down must not turn its mistake into a retry.
    await parts.sink.append(TOPIC.dead, [{ key, value: JSON.stringify(letter) }]).then(
      () => parts.metrics.add('dead_letters.written'),
      () => parts.metrics.add('dead_letters.left_out'),
    );
    throw error;
  }
}

/** Also the log's key of everything that the agent sends. */
function agentKeyOf(agent: AgentPrincipal): string {
  return rootKeyOf({ tenantId: agent.tenantId, rootAgentId: agent.agentId });
}

function refusalOf(error: unknown): { refusal: Refusal; message: string } {
  if (error instanceof UnreadableRequest) return { refusal: 'unreadable', message: error.message };
  if (error instanceof BodyError) {
    if (error.fault === 'too-large') return { refusal: 'too-large', message: error.message };
    return { refusal: error.fault === 'no-room' ? 'unavailable' : 'unreadable', message: error.message };
  }
  if (HaltwireError.isInstance(error) && error.code === 'HALTWIRE_UNAVAILABLE') {
    return { refusal: 'unavailable', message: error.message };
  }
  return { refusal: 'internal', message: 'the collector failed on this request; see its metrics' };
}

function refuse(
  parts: RouteParts,
  reply: FastifyReply,
  encoding: Encoding,
  refusal: Refusal,
  message: string,
): FastifyReply {
  parts.metrics.requestAnswered(refusals[refusal].http);
  if (refusal === 'unavailable') reply.header('retry-after', String(parts.limits.retryAfterSeconds));
  return sendRefusal(reply, encoding, refusal, message);
}

/** What fastify itself finds wrong (a malformed header, a media type that it cannot read). */
function refuseError(parts: RouteParts, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  const encoding = encodingOf(request.headers['content-type']) ?? 'json';
  if (status === 415)
    return refuse(parts, reply, encoding, 'wrong-type', 'send Content-Type application/x-protobuf or application/json');
  if (status === 413) return refuse(parts, reply, encoding, 'too-large', 'the body is too large; send smaller batches');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return refuse(parts, reply, encoding, 'unreadable', 'the request is malformed');
  }
  return refuse(parts, reply, encoding, 'internal', 'the collector failed on this request; see its metrics');
}
