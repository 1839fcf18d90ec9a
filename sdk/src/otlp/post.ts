import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { SDK_VERSION } from '../version.ts';

/** How a POST ended. `ok` = durable, except for `rejected` records; `retry` = try again; `refused` = never will. */
export type PostOutcome =
  | { readonly kind: 'ok'; readonly rejected: number; readonly message: string }
  | { readonly kind: 'retry'; readonly afterMs: number | undefined; readonly message: string }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

/**
 * Sends one body to the collector.
 *
 * Called by a session's shipper, at most two at a time per session. Never rejects: whatever happens is an outcome.
 */
export type Post = (body: string) => Promise<PostOutcome>;

/** Statuses that OTLP/HTTP calls retryable. */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const MAX_RESPONSE_BYTES = 64 * 1024;
const MAX_RETRY_AFTER_MS = 60_000;

/** Options of `createPoster`. */
export interface PosterOptions {
  /** Base URL of the collector; `/v1/logs` is added. */
  readonly endpoint: URL;
  readonly key: string;
  /** A request that takes longer is given up and tried again, ms. */
  readonly timeoutMs: number;
}

/** A `Post` over a keep-alive connection, and how to close it. */
export interface Poster {
  readonly post: Post;
  close(): void;
}

/**
 * Speaks OTLP/HTTP with JSON to one collector.
 *
 * @example
 * const poster = createPoster({ endpoint: new URL('http://127.0.0.1:4318'), key, timeoutMs: 10_000 });
 * const outcome = await poster.post(encodeLogsRequest({}, []));
 */
export function createPoster(options: PosterOptions): Poster {
  const secure = options.endpoint.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const url = new URL(options.endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/logs`;
  const headers = {
    authorization: `Bearer ${options.key}`,
    'content-type': 'application/json',
    'user-agent': `haltwire-sdk/${SDK_VERSION}`,
  };
  const post: Post = (body) =>
    new Promise((resolve) => {
      const bytes = Buffer.from(body, 'utf8');
      const request = (secure ? httpsRequest : httpRequest)(
        url,
        {
          method: 'POST',
          agent,
          headers: { ...headers, 'content-length': bytes.length },
          signal: AbortSignal.timeout(options.timeoutMs),
        },
        (response) => {
          readBody(response).then(
            (text) => resolve(outcomeOf(response, text)),
            (error: unknown) => resolve({ kind: 'retry', afterMs: undefined, message: wordsOf(error) }),
          );
        },
      );
      request.on('error', (error) => resolve({ kind: 'retry', afterMs: undefined, message: wordsOf(error) }));
      request.end(bytes);
    });
  return { post, close: () => agent.destroy() };
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error.message;
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and thrown away, so that the connection can be used again.
    if (size <= MAX_RESPONSE_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function outcomeOf(response: IncomingMessage, text: string): PostOutcome {
  const status = response.statusCode ?? 0;
  const body = parse(text);
  if (status >= 200 && status < 300) {
    const partial = memberOf(body, 'partialSuccess');
    const rejected = Number(memberOf(partial, 'rejectedLogRecords') ?? 0);
    const message = memberOf(partial, 'errorMessage');
    return {
      kind: 'ok',
      rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
      message: typeof message === 'string' ? message.slice(0, 500) : '',
    };
  }
  const told = memberOf(body, 'message');
  const message = `${status}${typeof told === 'string' && told !== '' ? ` ${told.slice(0, 500)}` : ''}`;
  if (!retryable.has(status)) return { kind: 'refused', status, message };
  return { kind: 'retry', afterMs: readRetryAfter(response.headers['retry-after']), message };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** `Retry-After` in ms: seconds or a date (RFC 9110, 10.2.3), at most a minute. */
export function readRetryAfter(header: string | undefined, wallTime = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - wallTime) / 1000;
  if (Number.isNaN(seconds)) return undefined;
  return Math.min(MAX_RETRY_AFTER_MS, Math.max(0, seconds * 1000));
}
