import {
  type AgentMessage,
  agentMessageSchema,
  GATEWAY_PROTOCOL,
  type GatewayMessage,
  type Principal,
  sessionKeyOf,
} from '@haltwire/schemas';
import type { WebSocket } from 'ws';

/** Most sessions that one socket may carry. */
const MAX_SESSIONS_PER_SOCKET = 1000;

/** Bytes that may wait for a slow reader; a socket past it is cut, and gets everything again when it comes back. */
const MAX_BUFFERED = 4 * 1024 * 1024;

/** What a socket asks of its gateway. */
export interface AgentSocketHost {
  onHello(socket: AgentSocket, sessionId: string): void;
  onRenew(socket: AgentSocket, sessionId: string, n: number): void;
  onKillAcknowledged(socket: AgentSocket, message: Extract<AgentMessage, { type: 'kill-acknowledged' }>): void;
  onGoodbye(socket: AgentSocket, sessionId: string): void;
  onClose(socket: AgentSocket): void;
}

/** One authenticated agent process. Reads its messages; a malformed one is answered with an error and changes nothing. */
export class AgentSocket {
  readonly agent: Extract<Principal, { kind: 'agent' }>;
  readonly sessions = new Set<string>();
  alive = true;
  /** Asks again whether the key is still good: a revoked one loses its socket. */
  readonly stillValid: () => boolean;
  readonly #socket: WebSocket;

  constructor(
    socket: WebSocket,
    agent: Extract<Principal, { kind: 'agent' }>,
    stillValid: () => boolean,
    host: AgentSocketHost,
  ) {
    this.agent = agent;
    this.stillValid = stillValid;
    this.#socket = socket;
    socket.on('message', (data, isBinary) => this.#onMessage(isBinary ? '' : String(data), host));
    socket.on('pong', () => {
      this.alive = true;
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => host.onClose(this));
  }

  sessionKey(sessionId: string): string {
    return sessionKeyOf({ tenantId: this.agent.tenantId, agentId: this.agent.agentId, sessionId });
  }

  send(message: GatewayMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_BUFFERED) this.#socket.terminate();
    else this.#socket.send(JSON.stringify(message));
  }

  ping(): void {
    this.alive = false;
    this.#socket.ping();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  #onMessage(text: string, host: AgentSocketHost): void {
    const message = readMessage(text);
    if (typeof message === 'string') {
      this.send({ type: 'error', code: 'HALTWIRE_BAD_REQUEST', message });
      return;
    }
    if (message.type === 'hello') {
      this.#onHello(message, host);
      return;
    }
    if (!this.sessions.has(message.sessionId)) {
      const { sessionId } = message;
      this.send({
        type: 'error',
        code: 'HALTWIRE_BAD_REQUEST',
        message: `say hello for session ${sessionId} first`,
        sessionId,
      });
      return;
    }
    if (message.type === 'renew') host.onRenew(this, message.sessionId, message.n);
    else if (message.type === 'kill-acknowledged') host.onKillAcknowledged(this, message);
    else host.onGoodbye(this, message.sessionId);
  }

  #onHello(message: Extract<AgentMessage, { type: 'hello' }>, host: AgentSocketHost): void {
    const { protocol, sessionId } = message;
    const refuse = (text: string): void =>
      this.send({ type: 'error', code: 'HALTWIRE_BAD_REQUEST', message: text, sessionId });
    if (protocol !== GATEWAY_PROTOCOL) {
      refuse(`protocol ${protocol} is not spoken here, use ${GATEWAY_PROTOCOL}: update @haltwire/sdk or the server`);
    } else if (this.sessions.size >= MAX_SESSIONS_PER_SOCKET && !this.sessions.has(sessionId)) {
      refuse(`one socket carries ${MAX_SESSIONS_PER_SOCKET} sessions at most: end some, or open another socket`);
    } else {
      this.sessions.add(sessionId);
      host.onHello(this, sessionId);
    }
  }
}

function readMessage(text: string): AgentMessage | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'messages are JSON text frames';
  }
  const result = agentMessageSchema.safeParse(parsed);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return `${issue?.path.join('.') || 'message'}: ${issue?.message ?? 'unknown message'}`;
}
