import type { AnalystMessage, Principal } from '@haltwire/schemas';
import type { WebSocket } from 'ws';
import { casesOf, holdsOf, type SessionDirectory, sessionsOf } from '../directory/directory.ts';
import { CLOSE_REVOKED } from '../gateway/close-codes.ts';
import type { Metrics } from '../metrics.ts';

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

/** The analysts' live stream: a snapshot, then every change of their tenant. */
export class AnalystStream {
  readonly #clients = new Set<Client>();
  readonly #directory: SessionDirectory;
  readonly #metrics: Metrics;
  readonly #checker: NodeJS.Timeout;

  /** @param checkMs How often tokens of open sockets are checked again, ms. */
  constructor(directory: SessionDirectory, metrics: Metrics, checkMs: number) {
    this.#directory = directory;
    this.#metrics = metrics;
    this.#checker = setInterval(() => this.#dropRevoked(), checkMs);
    this.#checker.unref();
  }

  /** Somebody is looking: only then are messages worth making. */
  get watched(): boolean {
    return this.#clients.size > 0;
  }

  /** Takes an authenticated person's socket. */
  accept(socket: WebSocket, person: Extract<Principal, { kind: 'person' }>, stillValid: () => boolean): void {
    const client: Client = { socket, tenantId: person.tenantId, stillValid, missed: 0 };
    this.#clients.add(client);
    socket.on('close', () => this.#clients.delete(client));
    socket.on('error', () => socket.terminate());
    this.#snapshot(client);
  }

  /** Sends a message to everybody of the tenant. */
  publish(tenantId: string | undefined, message: AnalystMessage): void {
    const text = JSON.stringify(message);
    for (const client of this.#clients) if (client.tenantId === tenantId) this.#send(client, text);
  }

  close(): void {
    clearInterval(this.#checker);
    for (const { socket } of this.#clients) socket.close(1001, 'the server is stopping');
  }

  #dropRevoked(): void {
    for (const { socket, stillValid } of this.#clients)
      if (!stillValid()) socket.close(CLOSE_REVOKED, 'the token was revoked');
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
    const records = sessionsOf(this.#directory, client.tenantId).slice(0, SNAPSHOT_SESSIONS);
    const message: AnalystMessage = {
      type: 'snapshot',
      holds: holdsOf(this.#directory, client.tenantId),
      sessions: records.map(({ session }) => session),
      cases: casesOf(records),
    };
    client.socket.send(JSON.stringify(message));
  }
}
