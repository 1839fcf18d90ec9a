import {
  type AgentMessage,
  type EventSink,
  type GatewayMessage,
  type KillAcknowledged,
  type Principal,
  parseSessionKey,
  rootKeyOf,
  TOPIC,
} from '@haltwire/schemas';
import type { WebSocket } from 'ws';
import type { Engine } from '../engine/engine.ts';
import type { Output } from '../engine/outputs.ts';
import type { SessionState } from '../engine/state/session.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { AgentSocket, type AgentSocketHost } from './agent-socket.ts';
import { CLOSE_REVOKED } from './close-codes.ts';
import { openVerdicts } from './open-verdicts.ts';

export interface GatewayOptions {
  readonly engine: Engine;
  /** The partition is owned and followed: only then are leases given. */
  readonly isLive: () => boolean;
  readonly sink: EventSink;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** How long the sdk may decide plain reads by itself, ms from its request. */
  readonly leaseTtlMs: number;
  /** Dead sockets are found within twice this, ms. */
  readonly pingMs: number;
  /** How often keys of open sockets are checked again, ms. */
  readonly checkMs: number;
}

/**
 * Speaks to agents: verdicts, kills, postures, leases.
 *
 * Carries what the engine decided, in its order, and adds the current epoch. It decides nothing itself.
 */
export class Gateway implements AgentSocketHost {
  readonly #options: GatewayOptions;
  /** Session key -> sockets that said hello for it. More than one after a half-open reconnect. */
  readonly #bySession = new Map<string, Set<AgentSocket>>();
  readonly #sockets = new Set<AgentSocket>();
  readonly #timers: readonly NodeJS.Timeout[];

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#timers = [
      setInterval(() => this.#pingAll(), options.pingMs).unref(),
      setInterval(() => this.#dropRevoked(), options.checkMs).unref(),
    ];
  }

  /** Takes an authenticated socket. */
  accept(socket: WebSocket, agent: Extract<Principal, { kind: 'agent' }>, stillValid: () => boolean): void {
    this.#sockets.add(new AgentSocket(socket, agent, stillValid, this));
  }

  /** Sends what concerns connected sessions. Called for each record's outputs, in log order. */
  dispatch(outputs: readonly Output[]): void {
    for (const output of outputs) {
      if (output.type === 'verdict') {
        const { type, sessionKey: _, ...verdict } = output;
        const sent = this.#send(output.sessionKey, (sessionId, epoch) => ({ type, sessionId, epoch, ...verdict }));
        this.#options.metrics.add(sent ? 'verdictsSent' : 'verdictsUndeliverable');
      } else if (output.type === 'kill') {
        const { kill, postureEpoch } = output;
        this.#send(output.sessionKey, (sessionId, epoch) => killMessage(sessionId, kill, epoch, postureEpoch));
        this.#options.metrics.add('killsSent');
      } else if (output.type === 'release') {
        const { type, killId, postureEpoch } = output;
        this.#send(output.sessionKey, (sessionId, epoch) => ({ type, sessionId, killId, epoch, postureEpoch }));
      } else if (output.type === 'posture') {
        const { type, posture, postureEpoch } = output;
        this.#send(output.sessionKey, (sessionId, epoch) => ({ type, sessionId, epoch, posture, postureEpoch }));
      }
    }
  }

  isConnected(sessionKey: string): boolean {
    return this.#bySession.has(sessionKey);
  }

  /** Closes all sockets; agents reconnect when the server is back. */
  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.close(1001, 'the server is stopping');
  }

  onHello(socket: AgentSocket, sessionId: string): void {
    const key = socket.sessionKey(sessionId);
    const sockets = this.#bySession.get(key) ?? new Set();
    sockets.add(socket);
    this.#bySession.set(key, sockets);
    const session = this.#session(key);
    socket.send({
      type: 'welcome',
      sessionId,
      epoch: this.#epoch,
      postureEpoch: session?.postureEpoch ?? 0,
      posture: session?.posture ?? 'normal',
      readOnlyTools: this.#readOnlyTools(socket.agent.tenantId),
    });
    if (session === undefined) return;
    if (session.kill !== undefined)
      socket.send(killMessage(sessionId, session.kill, this.#epoch, session.postureEpoch));
    for (const verdict of openVerdicts(session, this.#epoch, this.#options.engine.store.partition.now))
      socket.send(verdict);
  }

  onRenew(socket: AgentSocket, sessionId: string, n: number): void {
    const session = this.#session(socket.sessionKey(sessionId));
    if (!this.#options.isLive()) return;
    if (!socket.stillValid()) {
      socket.close(CLOSE_REVOKED, 'the key was revoked');
      return;
    }
    if (session?.kill !== undefined) {
      socket.send(killMessage(sessionId, session.kill, this.#epoch, session.postureEpoch));
      return;
    }
    this.#options.metrics.add('leasesGranted');
    socket.send({
      type: 'lease',
      sessionId,
      n,
      epoch: this.#epoch,
      postureEpoch: session?.postureEpoch ?? 0,
      posture: session?.posture ?? 'normal',
      ttlMs: this.#options.leaseTtlMs,
    });
  }

  onKillAcknowledged(socket: AgentSocket, message: Extract<AgentMessage, { type: 'kill-acknowledged' }>): void {
    const { tenantId, agentId } = socket.agent;
    const { sessionId, killId, inFlight } = message;
    // Only what changes something is worth a record: a repeat would let a sender fill the log at will.
    const kill = this.#session(socket.sessionKey(sessionId))?.kill;
    if (kill?.killId !== killId || kill.acknowledged !== undefined) return;
    const record: KillAcknowledged = {
      type: 'kill-acknowledged',
      v: 1,
      tenantId,
      agentId,
      sessionId,
      killId,
      attestedBy: 'sdk',
      inFlight,
    };
    const entry = { key: rootKeyOf({ tenantId, rootAgentId: agentId }), value: JSON.stringify(record) };
    this.#options.sink.append(TOPIC.inputs, [entry]).catch(() => {
      // Unrecorded means unacknowledged: the engine raises its alert, which errs to the careful side.
      this.#options.logger.warn('a kill acknowledgement could not be written to the log');
    });
  }

  onGoodbye(socket: AgentSocket, sessionId: string): void {
    socket.sessions.delete(sessionId);
    this.#detach(socket, sessionId);
  }

  onClose(socket: AgentSocket): void {
    this.#sockets.delete(socket);
    for (const sessionId of socket.sessions) this.#detach(socket, sessionId);
  }

  get #epoch(): number {
    return this.#options.engine.store.partition.epoch;
  }

  #session(key: string): SessionState | undefined {
    return this.#options.engine.store.sessions.get(key);
  }

  #readOnlyTools(tenantId: string): string[] {
    const tools = this.#options.engine.store.tenants.get(tenantId)?.policy.tools ?? {};
    return Object.entries(tools).flatMap(([name, tool]) => (tool.readOnly ? [name] : []));
  }

  #detach(socket: AgentSocket, sessionId: string): void {
    const key = socket.sessionKey(sessionId);
    const sockets = this.#bySession.get(key);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.#bySession.delete(key);
  }

  #send(sessionKey: string, make: (sessionId: string, epoch: number) => GatewayMessage): boolean {
    const sockets = this.#bySession.get(sessionKey);
    const sessionId = parseSessionKey(sessionKey)?.sessionId;
    if (sockets === undefined || sessionId === undefined) return false;
    const message = make(sessionId, this.#epoch);
    for (const socket of sockets) socket.send(message);
    return true;
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

function killMessage(
  sessionId: string,
  kill: { killId: string; reason: string },
  epoch: number,
  postureEpoch: number,
): GatewayMessage {
  return { type: 'kill', sessionId, killId: kill.killId, epoch, postureEpoch, reason: kill.reason };
}
