import { type AgentMessage, type GatewayMessage, type Principal, parseSessionKey } from '@haltwire/schemas';
import type { WebSocket } from 'ws';
import type { Metrics } from '../metrics.ts';
import { AgentSocket, type AgentSocketHost } from './agent-socket.ts';
import { CLOSE_REVOKED } from './close-codes.ts';
import type { Deliver, SessionLink } from './session-link.ts';

export interface GatewayOptions {
  /** Makes the way to whoever owns the sessions. `leasable` says that a lease which was not given can be given now. */
  readonly link: (deliver: Deliver, leasable: (sessionKey: string) => void) => SessionLink;
  readonly metrics: Metrics;
  /** Dead sockets are found within twice this, ms. */
  readonly pingMs: number;
  /** How often keys of open sockets are checked again, ms. */
  readonly checkMs: number;
}

/** The sockets of one session, and the newest renewal of each that could not be answered yet. */
type Sockets = Map<AgentSocket, number | undefined>;

/**
 * Speaks to agents: verdicts, kills, postures, leases.
 *
 * Carries what the session's owner says, in its order. It decides nothing itself.
 */
export class Gateway implements AgentSocketHost {
  readonly #options: GatewayOptions;
  readonly #link: SessionLink;
  /** More than one socket of a session after a half-open reconnect. */
  readonly #bySession = new Map<string, Sockets>();
  readonly #sockets = new Set<AgentSocket>();
  readonly #timers: readonly NodeJS.Timeout[];

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#link = options.link(
      (key, message) => this.#deliver(key, message),
      (key) => this.#leasable(key),
    );
    this.#timers = [
      setInterval(() => this.#pingAll(), options.pingMs).unref(),
      setInterval(() => this.#dropRevoked(), options.checkMs).unref(),
    ];
  }

  /** Takes an authenticated socket. */
  accept(socket: WebSocket, agent: Extract<Principal, { kind: 'agent' }>, stillValid: () => boolean): void {
    this.#sockets.add(new AgentSocket(socket, agent, stillValid, this));
  }

  isConnected(sessionKey: string): boolean {
    return this.#bySession.has(sessionKey);
  }

  /** Closes all sockets; agents reconnect, here or elsewhere. */
  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.close(1001, 'the server is stopping');
  }

  onHello(socket: AgentSocket, sessionId: string): void {
    const key = socket.sessionKey(sessionId);
    const sockets: Sockets = this.#bySession.get(key) ?? new Map();
    sockets.set(socket, sockets.get(socket));
    this.#bySession.set(key, sockets);
    const { tenantId, agentId } = socket.agent;
    this.#link.attach({ tenantId, agentId, sessionId });
  }

  onRenew(socket: AgentSocket, sessionId: string, n: number): void {
    if (!socket.stillValid()) {
      socket.close(CLOSE_REVOKED, 'the key was revoked');
      return;
    }
    this.#answerRenewal(socket, socket.sessionKey(sessionId), sessionId, n);
  }

  onKillAcknowledged(socket: AgentSocket, message: Extract<AgentMessage, { type: 'kill-acknowledged' }>): void {
    const { tenantId, agentId } = socket.agent;
    const { sessionId, killId, inFlight } = message;
    this.#link.killAcknowledged({ tenantId, agentId, sessionId }, killId, inFlight);
  }

  onGoodbye(socket: AgentSocket, sessionId: string): void {
    socket.sessions.delete(sessionId);
    this.#detach(socket, sessionId);
  }

  onClose(socket: AgentSocket): void {
    this.#sockets.delete(socket);
    for (const sessionId of socket.sessions) this.#detach(socket, sessionId);
  }

  #answerRenewal(socket: AgentSocket, key: string, sessionId: string, n: number): void {
    const answer = this.#link.lease(key);
    // The newest question of each socket waits: once the owner is known to be there, it is answered.
    this.#bySession.get(key)?.set(socket, answer.kind === 'none' ? n : undefined);
    if (answer.kind === 'none') return;
    if (answer.kind === 'kill') {
      socket.send(answer.message);
      return;
    }
    this.#options.metrics.add('leasesGranted');
    socket.send({ type: 'lease', sessionId, n, ...answer.terms });
  }

  #leasable(key: string): void {
    const sessionId = parseSessionKey(key)?.sessionId;
    if (sessionId === undefined) return;
    for (const [socket, n] of this.#bySession.get(key) ?? []) {
      if (n !== undefined) this.#answerRenewal(socket, key, sessionId, n);
    }
  }

  #deliver(key: string, message: GatewayMessage): void {
    const { metrics } = this.#options;
    const sockets = this.#bySession.get(key);
    if (message.type === 'verdict') metrics.add(sockets === undefined ? 'verdictsUndeliverable' : 'verdictsSent');
    if (message.type === 'kill' && sockets !== undefined) metrics.add('killsSent');
    for (const socket of sockets?.keys() ?? []) socket.send(message);
  }

  #detach(socket: AgentSocket, sessionId: string): void {
    const key = socket.sessionKey(sessionId);
    const sockets = this.#bySession.get(key);
    sockets?.delete(socket);
    if (sockets?.size !== 0) return;
    this.#bySession.delete(key);
    this.#link.detach(key);
  }

  #pingAll(): void {
    for (const socket of this.#sockets) {
      if (socket.alive) socket.ping();
      else socket.terminate();
    }
  }

  #dropRevoked(): void {
    for (const socket of this.#sockets) if (!socket.stillValid()) socket.close(CLOSE_REVOKED, 'the key was revoked');
  }
}
