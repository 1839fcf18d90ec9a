import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type AgentMessage, agentMessageSchema, EVENT, type GatewayMessage, GENAI, HALTWIRE } from '@haltwire/schemas';
import { type WebSocket, WebSocketServer } from 'ws';

/** One log record as it arrived. */
export interface WireEvent {
  readonly name: string;
  readonly seq: number;
  readonly producer: string;
  readonly sessionId: string;
  readonly callId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly traceId: string | undefined;
}

/** One POST as it arrived. */
export interface WirePost {
  readonly events: readonly WireEvent[];
  readonly seqs: readonly number[];
}

export interface PostAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

type Loose = Partial<GatewayMessage> & { type: GatewayMessage['type'] };

/** What the other end of the wire does. Each test changes what it is about. */
export interface Script {
  key: string;
  epoch: number;
  postureEpoch: number;
  posture: 'normal' | 'elevated' | 'locked';
  readOnlyTools: string[];
  /** undefined = renewals are not answered. */
  leaseTtlMs: number | undefined;
  /** Called for each intent that has not been seen before and is not decided by the sdk; undefined = no verdict. */
  judge: (intent: WireEvent) => Loose[] | undefined;
  /** Keep what arrives, for the test to look at. A benchmark does not. */
  keep: boolean;
  /** Called for each POST; may wait. */
  answer: (post: WirePost, index: number) => PostAnswer | Promise<PostAnswer>;
}

export function allow(intent: WireEvent, more: Record<string, unknown> = {}): Loose {
  return {
    type: 'verdict',
    callId: intent.callId,
    digest: String(intent.attributes[HALTWIRE.digest]),
    decision: 'allow',
    decisionId: `dec_${intent.seq}`,
    deadlineMs: 5000,
    reason: 'nothing stands against it',
    ...more,
  } as Loose;
}

/** A real HTTP and WebSocket server that speaks the gateway's protocol after a script. */
export class ScriptedServer {
  readonly script: Script = {
    key: 'agent-key',
    epoch: 1,
    postureEpoch: 1,
    posture: 'normal',
    readOnlyTools: [],
    leaseTtlMs: 60_000,
    keep: true,
    judge: (intent) => [allow(intent)],
    answer: () => ({ status: 200, body: {} }),
  };
  readonly posts: WirePost[] = [];
  /** Each event once, in the order in which it was first seen. */
  readonly events: WireEvent[] = [];
  readonly messages: AgentMessage[] = [];
  /** Everything that came in besides the authorization headers, as text. */
  readonly captured: string[] = [];
  connections = 0;
  readonly #seen = new Set<string>();
  readonly #http: Server;
  readonly #sockets = new Set<WebSocket>();
  readonly #tcp = new Set<Socket>();
  readonly #waiting = new Set<() => void>();
  readonly #faults: string[] = [];
  /** Verdicts that may still be awaited: repeated after a reconnect, as a gateway does. */
  readonly #open = new Map<string, Loose[]>();
  #port = 0;

  private constructor() {
    this.#http = createServer((request, response) => void this.#post(request, response));
    this.#http.on('connection', (socket) => {
      if (!this.#http.listening) socket.destroy();
      this.#tcp.add(socket);
      socket.on('close', () => this.#tcp.delete(socket));
    });
    const upgrader = new WebSocketServer({ noServer: true });
    this.#http.on('upgrade', (request, socket, head) => {
      if (request.headers.authorization !== `Bearer ${this.script.key}`) {
        socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      upgrader.handleUpgrade(request, socket, head, (opened) => this.#opened(opened));
    });
  }

  static async start(script: Partial<Script> = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    Object.assign(server.script, script);
    await server.listen();
    return server;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#http.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Messages of the sdk that broke the contract. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  get sessionId(): string {
    return this.messages.find((message) => message.type === 'hello')?.sessionId ?? '';
  }

  eventsOf(name: string): WireEvent[] {
    return this.events.filter((event) => event.name === name);
  }

  /** Resolves as soon as the condition holds; looked at after everything that arrives. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** Sends messages for the newest session in one TCP write, so that the sdk reads them in one go. */
  send(...messages: Loose[]): void {
    const { epoch, postureEpoch } = this.script;
    const full = messages.map((message) => ({ sessionId: this.sessionId, epoch, postureEpoch, ...message }));
    for (const tcp of this.#tcp) tcp.cork();
    for (const message of full) for (const socket of this.#sockets) socket.send(JSON.stringify(message));
    for (const tcp of this.#tcp) tcp.uncork();
  }

  sendRaw(text: string): void {
    for (const socket of this.#sockets) socket.send(text);
  }

  /** Cuts all sockets without a word. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** Stops listening and cuts everything; `listen()` brings it back on the same port. */
  async down(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    for (const socket of this.#tcp) socket.destroy();
    await closed;
  }

  async close(): Promise<void> {
    if (this.#http.listening) await this.down();
  }

  #changed(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  #opened(socket: WebSocket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#changed();
    });
    socket.on('message', (data) => {
      const text = String(data);
      this.captured.push(text);
      const parsed = agentMessageSchema.safeParse(JSON.parse(text));
      if (!parsed.success) this.#faults.push(text);
      else this.#message(socket, parsed.data);
      this.#changed();
    });
    this.#changed();
  }

  #message(socket: WebSocket, message: AgentMessage): void {
    this.messages.push(message);
    const { epoch, postureEpoch, posture, readOnlyTools, leaseTtlMs } = this.script;
    const { sessionId } = message;
    const base = { sessionId, epoch, postureEpoch, posture };
    if (message.type === 'hello') {
      socket.send(JSON.stringify({ type: 'welcome', ...base, readOnlyTools }));
      for (const verdicts of this.#open.values()) this.send(...verdicts);
    } else if (message.type === 'renew' && leaseTtlMs !== undefined) {
      socket.send(JSON.stringify({ type: 'lease', ...base, n: message.n, ttlMs: leaseTtlMs }));
    }
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks).toString('utf8');
    const { authorization, ...headers } = request.headers;
    if (this.script.keep) this.captured.push(JSON.stringify(headers), String(request.url), body);
    if (authorization !== `Bearer ${this.script.key}`) {
      response.writeHead(401).end('{}');
      return;
    }
    if (!this.script.keep) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      return;
    }
    const post = readPost(body);
    this.posts.push(post);
    this.#changed();
    const answer = await this.script.answer(post, this.posts.length - 1);
    const accepted = answer.status === 200;
    const fresh = accepted ? post.events.filter((event) => !this.#seen.has(`${event.producer}/${event.seq}`)) : [];
    for (const event of fresh) this.#seen.add(`${event.producer}/${event.seq}`);
    this.events.push(...fresh);
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body ?? {}));
    this.#changed();
    for (const event of fresh) {
      if (event.name !== EVENT.intent) this.#open.delete(event.callId);
      if (event.name !== EVENT.intent || event.attributes[HALTWIRE.readOnly] === true) continue;
      const { sessionId } = event;
      const verdicts = this.script.judge(event)?.map((verdict) => ({ sessionId, ...verdict }));
      if (verdicts === undefined) continue;
      this.#open.set(event.callId, verdicts);
      this.send(...verdicts);
    }
  }
}

function readPost(body: string): WirePost {
  const request = JSON.parse(body) as { resourceLogs: { scopeLogs: { logRecords: WireRecord[] }[] }[] };
  const records = request.resourceLogs.flatMap((resource) => resource.scopeLogs.flatMap((scope) => scope.logRecords));
  const events = records.map(readRecord);
  return { events, seqs: events.map((event) => event.seq) };
}

interface WireRecord {
  readonly eventName: string;
  readonly traceId?: string;
  readonly attributes: { key: string; value: { stringValue?: string; intValue?: string; boolValue?: boolean } }[];
}

function readRecord(record: WireRecord): WireEvent {
  const attributes = Object.fromEntries(
    record.attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? (value.intValue === undefined ? undefined : Number(value.intValue)),
    ]),
  );
  return {
    name: record.eventName,
    seq: Number(attributes[HALTWIRE.seq]),
    producer: String(attributes[HALTWIRE.producer]),
    sessionId: String(attributes[GENAI.conversationId]),
    callId: String(attributes[GENAI.toolCallId]),
    attributes,
    traceId: record.traceId,
  };
}
