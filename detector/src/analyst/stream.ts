import type { AnalystMessage, Principal } from '@haltwire/schemas';
import { parseSessionKey } from '@haltwire/schemas';
import type { WebSocket } from 'ws';
import type { Output } from '../engine/outputs.ts';
import type { StateStore } from '../engine/state/store.ts';
import { CLOSE_REVOKED } from '../gateway/close-codes.ts';
import type { Metrics } from '../metrics.ts';
import { caseView, holdsOf, sessionsOf, sessionView } from './views.ts';

/** Bytes that may wait for a slow client before it starts to miss messages. */
const MAX_BUFFERED = 4 * 1024 * 1024;
/** Most sessions in a snapshot, newest first. */
const SNAPSHOT_SESSIONS = 1000;

interface Client {
  readonly socket: WebSocket;
  readonly tenantId: string;
  readonly stillValid: () => boolean;
  missed: number;
}

/** The analysts' live stream: a snapshot, then every change of their tenant, in log order. */
export class AnalystStream {
  readonly #clients = new Set<Client>();
  readonly #store: StateStore;
  readonly #metrics: Metrics;
  readonly #checker: NodeJS.Timeout;

  /** @param checkMs How often tokens of open sockets are checked again, ms. */
  constructor(store: StateStore, metrics: Metrics, checkMs: number) {
    this.#store = store;
    this.#metrics = metrics;
    this.#checker = setInterval(() => this.#dropRevoked(), checkMs);
    this.#checker.unref();
  }

  /** Takes an authenticated person's socket. */
  accept(socket: WebSocket, person: Extract<Principal, { kind: 'person' }>, stillValid: () => boolean): void {
    const client: Client = { socket, tenantId: person.tenantId, stillValid, missed: 0 };
    this.#clients.add(client);
    socket.on('close', () => this.#clients.delete(client));
    socket.on('error', () => socket.terminate());
    this.#snapshot(client);
  }

  /** Sends a record's outputs to everybody who may see them. */
  dispatch(outputs: readonly Output[]): void {
    if (this.#clients.size === 0) return;
    const changed = new Set<string>();
    for (const output of outputs) {
      if (output.type === 'session') changed.add(output.sessionKey);
      const message = messageOf(output);
      if (message !== undefined) this.#broadcast(tenantOf(output), message);
    }
    for (const key of changed) {
      const session = this.#store.sessions.get(key);
      if (session === undefined) continue;
      this.#broadcast(session.tenantId, { type: 'session-changed', session: sessionView(session, this.#store) });
    }
  }

  close(): void {
    clearInterval(this.#checker);
    for (const { socket } of this.#clients) socket.close(1001, 'the server is stopping');
  }

  #dropRevoked(): void {
    for (const { socket, stillValid } of this.#clients)
      if (!stillValid()) socket.close(CLOSE_REVOKED, 'the token was revoked');
  }

  #broadcast(tenantId: string | undefined, message: AnalystMessage): void {
    const text = JSON.stringify(message);
    for (const client of this.#clients) if (client.tenantId === tenantId) this.#send(client, text);
  }

  #send(client: Client, text: string): void {
    if (client.socket.bufferedAmount > MAX_BUFFERED) {
      client.missed += 1;
      this.#metrics.add('analystMessagesDropped');
      return;
    }
    if (client.missed > 0) {
      const { missed } = client;
      client.missed = 0;
      client.socket.send(JSON.stringify({ type: 'lagged', missed } satisfies AnalystMessage));
      // The snapshot is taken now, so it covers this message too.
      this.#snapshot(client);
      return;
    }
    client.socket.send(text);
  }

  #snapshot(client: Client): void {
    const sessions = sessionsOf(this.#store, client.tenantId).slice(0, SNAPSHOT_SESSIONS);
    const message: AnalystMessage = {
      type: 'snapshot',
      holds: holdsOf(this.#store, client.tenantId),
      sessions: sessions.map((session) => sessionView(session, this.#store)),
      cases: sessions.flatMap((session) => caseView(session) ?? []),
    };
    client.socket.send(JSON.stringify(message));
  }
}

function messageOf(output: Output): AnalystMessage | undefined {
  switch (output.type) {
    case 'decision':
    case 'activity':
    case 'hold-opened':
      return output;
    case 'hold-closed': {
      const { type, holdId, outcome, by } = output;
      return { type, holdId, outcome, by };
    }
    default:
      return undefined;
  }
}

function tenantOf(output: Output): string | undefined {
  if (output.type === 'decision') return output.decision.tenantId;
  if (output.type === 'activity') return parseSessionKey(output.activity.sessionKey)?.tenantId;
  if (output.type === 'hold-opened') return output.hold.tenantId;
  return output.type === 'hold-closed' ? output.tenantId : undefined;
}
