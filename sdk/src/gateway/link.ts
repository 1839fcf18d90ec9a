import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { backoffMs } from '../backoff.ts';
import type { Runtime } from '../clock.ts';
import { CHANNEL, publish } from '../diagnostics.ts';
import { HaltwireError } from '../errors.ts';
import { SDK_VERSION } from '../version.ts';
import { WARNING, type Warn } from '../warnings.ts';
import { type AgentMessage, type GatewayMessage, PROTOCOL, readGatewayMessage, SOCKET_PATH } from './messages.ts';

const RECONNECT = { firstMs: 100, mostMs: 5000 };
const HANDSHAKE_MS = 5000;
/** A socket from which nothing came for two such turns, not even a pong, is taken for dead. */
const HEARTBEAT_MS = 5000;
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** A session as the link sees it. Nothing of it may throw. */
export interface LinkedSession {
  readonly sessionId: string;
  /** The socket is open and `hello` is sent. */
  linkOpened(): void;
  /** The socket is gone: there is no lease any more. */
  linkClosed(): void;
  /** Once per message for this session, in the order of arrival. */
  linkMessage(message: GatewayMessage): void;
  /** The gateway refuses the key; the link keeps trying, but nobody should wait for it. */
  linkRefused(error: HaltwireError): void;
}

/** Options of `GatewayLink`. */
export interface LinkOptions {
  /** Base URL of the gateway, http or https. */
  readonly endpoint: URL;
  readonly key: string;
  readonly runtime: Runtime;
  readonly warn: Warn;
}

/** The one socket of a process to the gateway, for all its sessions. Comes back by itself. */
export class GatewayLink {
  readonly #options: LinkOptions;
  readonly #url: URL;
  readonly #sessions = new Map<string, LinkedSession>();
  #socket: WebSocket | undefined;
  #open = false;
  #closed = false;
  #attempt = 0;
  #heard = false;
  #retry: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #refusal: HaltwireError | undefined;
  #lastFailure = 'it has not answered yet';

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#url = new URL(options.endpoint);
    this.#url.protocol = this.#url.protocol === 'https:' ? 'wss:' : 'ws:';
    this.#url.pathname = `${this.#url.pathname.replace(/\/$/, '')}${SOCKET_PATH}`;
  }

  /** Why there is no connection, in words. */
  get lastFailure(): string {
    return this.#lastFailure;
  }

  /** Set while the gateway refuses the key. */
  get refusal(): HaltwireError | undefined {
    return this.#refusal;
  }

  has(sessionId: string): boolean {
    return this.#sessions.has(sessionId);
  }

  attach(session: LinkedSession): void {
    this.#sessions.set(session.sessionId, session);
    if (this.#open) this.#greet(session);
    else if (this.#socket === undefined && this.#retry === undefined) this.#connect();
  }

  detach(sessionId: string): void {
    if (this.#sessions.delete(sessionId)) this.send({ type: 'goodbye', sessionId });
  }

  /** False when there is no connection: the caller must say it again after `linkOpened`. */
  send(message: AgentMessage): boolean {
    if (!this.#open || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Closes for good. Resolves when the socket is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const socket = this.#socket;
    if (socket === undefined) return;
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    if (this.#open) socket.close(1000);
    else socket.terminate();
    const impatient = setTimeout(() => socket.terminate(), 1000);
    await gone;
    clearTimeout(impatient);
  }

  #connect(): void {
    const socket = new WebSocket(this.#url, {
      headers: { authorization: `Bearer ${this.#options.key}`, 'user-agent': `haltwire-sdk/${SDK_VERSION}` },
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handshakeTimeout: HANDSHAKE_MS,
    });
    this.#socket = socket;
    // An idle connection must not keep a finished process alive; a waiting call has a timer that does.
    socket.on('upgrade', (response: IncomingMessage) => response.socket.unref());
    socket.on('unexpected-response', (_request, response) => {
      this.#refused(response);
      socket.terminate();
    });
    socket.on('open', () => this.#opened());
    socket.on('pong', () => {
      this.#heard = true;
    });
    socket.on('message', (data, isBinary) => this.#received(isBinary ? undefined : data.toString()));
    socket.on('error', (error: Error & { code?: string }) => {
      // An error with a code comes from the system; the others only repeat what was noted when it happened.
      if (error.code !== undefined) this.#lastFailure = error.code;
    });
    socket.on('close', (code) => this.#gone(code));
  }

  #opened(): void {
    this.#open = true;
    this.#attempt = 0;
    this.#refusal = undefined;
    this.#heard = true;
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
    publish(CHANNEL.connectionChanged, () => ({ state: 'open' }));
    for (const session of this.#sessions.values()) this.#greet(session);
  }

  #greet(session: LinkedSession): void {
    this.send({ type: 'hello', protocol: PROTOCOL, sessionId: session.sessionId, sdkVersion: SDK_VERSION });
    session.linkOpened();
  }

  #beat(): void {
    if (!this.#heard) {
      this.#lastFailure = 'the gateway fell silent';
      this.#socket?.terminate();
      return;
    }
    this.#heard = false;
    this.#socket?.ping();
  }

  #received(json: string | undefined): void {
    this.#heard = true;
    const message = json === undefined ? undefined : readGatewayMessage(json);
    if (message === undefined) {
      publish(CHANNEL.messageIgnored, () => ({ type: 'unknown', reason: 'malformed' }));
      return;
    }
    if (message.type === 'error') {
      this.#options.warn(WARNING.gatewayError, `the gateway answered ${message.code}: ${message.message}`);
    }
    if (message.sessionId !== undefined) this.#sessions.get(message.sessionId)?.linkMessage(message);
  }

  #refused(response: IncomingMessage): void {
    const status = response.statusCode ?? 0;
    response.resume();
    this.#lastFailure = `the gateway answered ${status}`;
    if (status !== 401 && status !== 403) return;
    const first = this.#refusal === undefined;
    this.#refusal = new HaltwireError(
      status === 401 ? 'HALTWIRE_UNAUTHENTICATED' : 'HALTWIRE_FORBIDDEN',
      `the gateway refuses the key (${status}): check HALTWIRE_KEY; "haltwire keys" lists and makes keys`,
    );
    if (first) this.#options.warn(WARNING.keyRefused, this.#refusal.message);
    for (const session of this.#sessions.values()) session.linkRefused(this.#refusal);
  }

  #gone(code: number): void {
    const wasOpen = this.#open;
    this.#open = false;
    this.#socket = undefined;
    clearInterval(this.#heartbeat);
    if (wasOpen) {
      if (code !== 1006) this.#lastFailure = `the gateway closed the connection (${code})`;
      else if (this.#lastFailure === 'it has not answered yet') this.#lastFailure = 'the connection was cut';
      publish(CHANNEL.connectionChanged, () => ({ state: 'closed', reason: this.#lastFailure }));
      for (const session of this.#sessions.values()) session.linkClosed();
    }
    if (this.#closed) return;
    this.#retry = setTimeout(
      () => {
        this.#retry = undefined;
        if (this.#sessions.size > 0) this.#connect();
      },
      backoffMs(this.#attempt, this.#options.runtime.random(), RECONNECT),
    );
    this.#retry.unref();
    this.#attempt += 1;
  }
}
