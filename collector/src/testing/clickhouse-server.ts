import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { createBrotliDecompress, createGunzip, createZstdDecompress, gzipSync } from 'node:zlib';
import { createChdbConnection } from 'chdb/connection';

/**
 * A process of its own that answers as a ClickHouse server does over HTTP, as far as `@clickhouse/client` and `curl` ask, with
 * chDB behind it: a real server's wire, errors and SQL, for tests. It can be killed at any moment.
 *
 * Arguments: folder, port (0 = any), user, password. Tells its parent `{ port }`; takes `{ slowMs }`: how long an answer
 * waits after its query has run.
 */
const [path = '', wantedPort = '0', user = 'default', password = ''] = process.argv.slice(2);
const chdb = createChdbConnection({ path });
let slowMs = 0;
process.on('message', (message: { slowMs: number }) => {
  slowMs = message.slowMs;
});

interface Failure {
  readonly code: string;
  readonly type: string;
  readonly text: string;
}

/** Closing chDB under a running query takes the process down. */
const answering = new Set<Promise<void>>();
const server = http.createServer((request, response) => {
  const answered = answer(request, response)
    .catch((error: unknown) => fail(response, failureOf(error)))
    .finally(() => answering.delete(answered));
  answering.add(answered);
});

async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://server');
  if (url.pathname === '/ping') {
    response.end('Ok.\n');
    return;
  }
  const body = await text(decoded(request));
  if (!isSignedIn(request)) {
    const name = signInOf(request)[0];
    const text = `${name}: Authentication failed: password is incorrect, or there is no user with such name. `;
    return fail(response, { code: '516', type: 'AUTHENTICATION_FAILED', text });
  }
  const { query, data, params, settings } = partsOf(url.searchParams, body);
  const result =
    data === undefined
      ? await chdb.query({ query, query_params: params, clickhouse_settings: settings })
      : await insert(query, data, settings);
  if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
  const bytes = Buffer.from(result === undefined ? '' : await text(result.stream));
  const zipped = settings.enable_http_compression === '1' && /gzip/.test(request.headers['accept-encoding'] ?? '');
  response.writeHead(200, {
    'X-ClickHouse-Server-Display-Name': 'chdb',
    'X-ClickHouse-Query-Id': url.searchParams.get('query_id') ?? '',
    'X-ClickHouse-Format': settings.default_format ?? 'TabSeparated',
    'X-ClickHouse-Summary': JSON.stringify({ read_rows: '0', written_rows: '0', elapsed_ns: '0' }),
    ...(zipped ? { 'Content-Encoding': 'gzip' } : {}),
  });
  response.end(zipped ? gzipSync(bytes) : bytes);
}

async function insert(query: string, values: string, settings: Record<string, string>): Promise<undefined> {
  await chdb.insert({ query, values, clickhouse_settings: settings });
}

function decoded(request: http.IncomingMessage): NodeJS.ReadableStream {
  const coding = request.headers['content-encoding'];
  if (coding === 'gzip') return request.pipe(createGunzip());
  if (coding === 'zstd') return request.pipe(createZstdDecompress());
  return coding === 'br' ? request.pipe(createBrotliDecompress()) : request;
}

function signInOf({ headers }: http.IncomingMessage): [string, string] {
  const [kind, credentials = ''] = headers.authorization?.split(' ') ?? [];
  if (kind === 'Basic') {
    const [name = '', ...rest] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
    return [name, rest.join(':')];
  }
  return [String(headers['x-clickhouse-user'] ?? 'default'), String(headers['x-clickhouse-key'] ?? '')];
}

function isSignedIn(request: http.IncomingMessage): boolean {
  const [name, key] = signInOf(request);
  return name === user && key === password;
}

/** What a URL carries besides settings. `database` too: all of our statements name it. */
const noSettings = new Set(['query', 'query_id', 'database', 'session_id', 'role', 'user', 'password']);

function partsOf(search: URLSearchParams, body: string) {
  const params: Record<string, string> = {};
  const settings: Record<string, string> = {};
  for (const [name, value] of search) {
    if (name.startsWith('param_')) params[name.slice('param_'.length)] = unescaped(value);
    else if (!noSettings.has(name)) settings[name] = value;
  }
  const inUrl = search.get('query');
  // The statement stands in the URL when the body is data; it may also be split over the two.
  if (inUrl === null) return { query: body, data: undefined, params, settings };
  const isInsert = /^\s*insert\b/i.test(inUrl) && /\bformat\s+\w+\s*$/i.test(inUrl);
  return isInsert
    ? { query: inUrl, data: body, params, settings }
    : { query: `${inUrl}\n${body}`, data: undefined, params, settings };
}

/** A parameter comes as in TabSeparated. */
function unescaped(value: string): string {
  const meaning: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0', b: '\b', f: '\f' };
  return value.replace(/\\(.)/gs, (_, letter: string) => meaning[letter] ?? letter);
}

function failureOf(error: unknown): Failure {
  const { code, type, message } = error as { code?: unknown; type?: unknown; message?: unknown };
  return { code: String(code ?? 1002), type: String(type ?? 'UNKNOWN_EXCEPTION'), text: String(message ?? error) };
}

function statusOf(type: string): number {
  if (type === 'AUTHENTICATION_FAILED') return 403;
  if (/^UNKNOWN_(TABLE|DATABASE|FUNCTION|IDENTIFIER|SETTING|TYPE)$/.test(type)) return 404;
  return /SYNTAX_ERROR|CANNOT_PARSE|TYPE_MISMATCH|INCORRECT_DATA/.test(type) ? 400 : 500;
}

function fail(response: http.ServerResponse, { code, type, text }: Failure): void {
  response.writeHead(statusOf(type), { 'X-ClickHouse-Exception-Code': code, 'Content-Type': 'text/plain' });
  response.end(`Code: ${code}. DB::Exception: ${text}(${type}) (version 26.7.2.1)\n`);
}

server.listen(Number(wantedPort), '127.0.0.1');
await once(server, 'listening');
const address = server.address();
process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
process.once('SIGTERM', async () => {
  server.close();
  server.closeIdleConnections();
  while (answering.size > 0) await Promise.all(answering);
  server.closeAllConnections();
  await chdb.close();
  process.exit(0);
});
