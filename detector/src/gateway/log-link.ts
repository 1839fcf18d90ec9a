import {
  type Attached,
  type EventSink,
  type GatewayMessage,
  type KillAcknowledged,
  type OwnerMessage,
  rootKeyOf,
  type SessionRecord,
  type SessionRef,
  sessionKeyOf,
  TOPIC,
} from '@haltwire/schemas';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { recordKillAcknowledged } from './kill-record.ts';
import { killMessage } from './owner-messages.ts';
import { PartitionProof } from './partition-proof.ts';
import type { Deliver, LeaseAnswer, SessionLink } from './session-link.ts';

export interface LogLinkOptions {
  /** This gateway's id; owners write to it. */
  readonly gateway: string;
  readonly sink: EventSink;
  /** What the topic of session records says: a kill stands there even while nobody owns the partition. */
  readonly recordOf: (sessionKey: string) => SessionRecord | undefined;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly leaseTtlMs: number;
  readonly deliver: Deliver;
  readonly leasable: (sessionKey: string) => void;
  /** How often owners are asked whether they are there, ms. */
  readonly probeMs: number;
}

/** An attached session as its owner last described it. */
interface Attachment {
  readonly ref: SessionRef;
  /** Known once the attachment is in the log. */
  partition: number | undefined;
  /** The owner has answered the newest attachment: from here on nothing is missed. */
  known: boolean;
  /** The first probe that was asked after the newest attachment was on the log; undefined while it is not. */
  answeredBefore: number | undefined;
  posture: 'normal' | 'elevated' | 'locked';
  postureEpoch: number;
  kill: { readonly killId: string; readonly reason: string; acknowledged: boolean } | undefined;
}

/** A partition that attached sessions are in. */
interface Partition {
  readonly proof: PartitionProof;
  readonly sessions: Set<string>;
}

const RETRY_MS = 200;

/** How the session stands is no longer known: it will be attached again. */
function forget(attachment: Attachment): void {
  attachment.known = false;
  attachment.answeredBefore = undefined;
}

/**
 * The link over the log: the owner may be any replica.
 *
 * A hello becomes an `attached` record in the session's partition; its owner answers, in log order, with how the session
 * stands. Leases rest on probes through the same log: a lease proves that the owner had judged everything up to a moment
 * that is no longer ago than the lease is long. A new owner is noticed by its epoch, and every session is attached again.
 */
export class LogLink implements SessionLink {
  readonly #options: LogLinkOptions;
  readonly #sessions = new Map<string, Attachment>();
  readonly #partitions = new Map<number, Partition>();
  readonly #prober: NodeJS.Timeout;
  readonly #toAttach = new Set<string>();
  #attaching = false;
  #closed = false;

  constructor(options: LogLinkOptions) {
    this.#options = options;
    this.#prober = setInterval(() => this.#probeAll(), options.probeMs).unref();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#prober);
  }

  /** Partitions of attached sessions whose owner has not shown itself for a lease's length. */
  get silentPartitions(): number {
    return [...this.#partitions.values()].filter(({ proof }) => proof.remainingMs(this.#options.leaseTtlMs) <= 0)
      .length;
  }

  attach(ref: SessionRef): void {
    const key = sessionKeyOf(ref);
    const attachment = this.#sessions.get(key);
    if (attachment === undefined) {
      this.#sessions.set(key, {
        ref,
        partition: undefined,
        known: false,
        answeredBefore: undefined,
        posture: 'elevated',
        postureEpoch: 0,
        kill: undefined,
      });
    } else {
      forget(attachment);
    }
    this.#repeatRecordedKill(key);
    this.#toAttach.add(key);
    this.#writeAttachments();
  }

  /** Messages of owners were missed: every session asks anew how it stands. */
  attachAll(): void {
    for (const partition of this.#partitions.keys()) this.#attachAgain(partition);
  }

  detach(sessionKey: string): void {
    const number = this.#sessions.get(sessionKey)?.partition;
    this.#sessions.delete(sessionKey);
    this.#toAttach.delete(sessionKey);
    const partition = number === undefined ? undefined : this.#partitions.get(number);
    partition?.sessions.delete(sessionKey);
    // Nobody here asks about its owner any more.
    if (number !== undefined && partition?.sessions.size === 0) this.#partitions.delete(number);
  }

  lease(sessionKey: string): LeaseAnswer {
    const attachment = this.#sessions.get(sessionKey);
    const proof = attachment?.partition === undefined ? undefined : this.#partitions.get(attachment.partition)?.proof;
    if (attachment === undefined || proof === undefined || !attachment.known) return { kind: 'none' };
    const { posture, postureEpoch, kill, ref } = attachment;
    const { epoch } = proof;
    if (kill !== undefined) return { kind: 'kill', message: killMessage(ref.sessionId, kill, epoch, postureEpoch) };
    const ttlMs = Math.floor(proof.remainingMs(this.#options.leaseTtlMs));
    return ttlMs < 1 ? { kind: 'none' } : { kind: 'lease', terms: { epoch, postureEpoch, posture, ttlMs } };
  }

  killAcknowledged(ref: SessionRef, killId: string, inFlight: KillAcknowledged['inFlight']): void {
    const kill = this.#sessions.get(sessionKeyOf(ref))?.kill;
    // Only what changes something is worth a record: a repeat would let a sender fill the log at will.
    if (kill?.killId !== killId || kill.acknowledged) return;
    kill.acknowledged = true;
    recordKillAcknowledged(this.#options.sink, this.#options.logger, ref, killId, inFlight);
  }

  /** Takes what an owner says. Called in the order in which the owner said it. */
  receive(message: Exclude<OwnerMessage, { type: 'command' }>): void {
    const proof = this.#partitions.get(message.partition)?.proof;
    if (proof !== undefined && message.epoch < proof.epoch) {
      this.#options.metrics.add('messagesFenced');
      return;
    }
    if (message.type === 'alive') {
      if (proof === undefined) return;
      if (proof.answer(message.n, message.epoch) === 'new-owner') this.#attachAgain(message.partition);
      else this.#attachUnanswered(message.partition, message.n);
      this.#announce(message.partition);
      return;
    }
    const attachment = this.#sessions.get(message.sessionKey);
    if (attachment === undefined) return;
    if (this.#place(message.sessionKey, attachment, message.partition).sawEpoch(message.epoch) === 'new-owner')
      this.#attachAgain(message.partition);
    this.#adopt(attachment, message.message);
    this.#options.deliver(message.sessionKey, message.message);
    if (message.message.type === 'welcome') this.#options.leasable(message.sessionKey);
  }

  #adopt(attachment: Attachment, message: GatewayMessage): void {
    if ('postureEpoch' in message) attachment.postureEpoch = message.postureEpoch;
    switch (message.type) {
      case 'welcome':
        attachment.known = true;
        attachment.posture = message.posture;
        // What stands is said right after the welcome.
        attachment.kill = undefined;
        return;
      case 'posture':
        attachment.posture = message.posture;
        return;
      case 'kill':
        if (attachment.kill?.killId !== message.killId)
          attachment.kill = { killId: message.killId, reason: message.reason, acknowledged: false };
        return;
      case 'release':
        attachment.kill = undefined;
        attachment.posture = 'elevated';
        return;
      default:
        return;
    }
  }

  #repeatRecordedKill(key: string): void {
    const record = this.#options.recordOf(key);
    if (record?.session.kill === undefined) return;
    const { session, epoch } = record;
    const { killId, reason } = record.session.kill;
    this.#options.deliver(key, killMessage(session.sessionId, { killId, reason }, epoch, session.postureEpoch));
  }

  #attachAgain(partition: number): void {
    for (const key of this.#partitions.get(partition)?.sessions ?? []) {
      const attachment = this.#sessions.get(key);
      if (attachment !== undefined) forget(attachment);
      this.#toAttach.add(key);
    }
    this.#writeAttachments();
  }

  /**
   * An owner that has just taken over reads attachments before its claim and says nothing. When it answers a probe that
   * was asked later, an attachment without an answer will never get one: it is made again.
   */
  #attachUnanswered(partition: number, n: number): void {
    for (const key of this.#partitions.get(partition)?.sessions ?? []) {
      const attachment = this.#sessions.get(key);
      const before = attachment?.answeredBefore;
      if (attachment === undefined || attachment.known || before === undefined || n < before) continue;
      forget(attachment);
      this.#toAttach.add(key);
    }
    this.#writeAttachments();
  }

  /** One append at a time, with all sessions that said hello meanwhile. */
  #writeAttachments(): void {
    if (this.#attaching || this.#toAttach.size === 0 || this.#closed) return;
    this.#attaching = true;
    const keys = [...this.#toAttach];
    this.#toAttach.clear();
    this.#appendAttachments(keys)
      .catch(() => {
        // The log is away: nobody gets a lease meanwhile. Those that are still here try again.
        for (const key of keys) if (this.#sessions.has(key)) this.#toAttach.add(key);
        return new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      })
      .finally(() => {
        this.#attaching = false;
        this.#writeAttachments();
      });
  }

  async #appendAttachments(keys: readonly string[]): Promise<void> {
    const { gateway, sink, metrics } = this.#options;
    const attachments = keys.flatMap((key) => this.#sessions.get(key) ?? []);
    if (attachments.length === 0) return;
    const entries = attachments.map(({ ref: { tenantId, agentId, sessionId } }) => {
      const record: Attached = { type: 'attached', v: 1, tenantId, agentId, sessionId, gateway };
      return { key: rootKeyOf({ tenantId, rootAgentId: agentId }), value: JSON.stringify(record) };
    });
    const positions = await sink.append(TOPIC.inputs, entries);
    metrics.add('attachmentsWritten', entries.length);
    const written = new Map<number, PartitionProof>();
    for (const [place, attachment] of attachments.entries()) {
      const key = sessionKeyOf(attachment.ref);
      const partition = positions[place]?.partition;
      // Its last socket may have gone meanwhile.
      if (partition === undefined || this.#sessions.get(key) !== attachment) continue;
      const proof = this.#place(key, attachment, partition);
      attachment.answeredBefore = proof.next;
      written.set(partition, proof);
    }
    // A lease must not wait for the next round of probes.
    for (const [partition, proof] of written) this.#probe(partition, proof);
  }

  /** Notes in which partition the session is. */
  #place(key: string, attachment: Attachment, number: number): PartitionProof {
    const partition = this.#partitions.get(number) ?? { proof: new PartitionProof(), sessions: new Set() };
    this.#partitions.set(number, partition);
    partition.sessions.add(key);
    attachment.partition = number;
    return partition.proof;
  }

  #probeAll(): void {
    for (const [partition, { proof }] of this.#partitions) this.#probe(partition, proof);
  }

  #probe(partition: number, proof: PartitionProof): void {
    const { gateway, sink, metrics } = this.#options;
    const n = proof.ask();
    // While too many are open the log is away or slow: more questions would only make it worse.
    if (n === undefined) return;
    metrics.add('probesWritten');
    const value = JSON.stringify({ type: 'probe', v: 1, gateway, n });
    sink.append(TOPIC.inputs, [{ key: gateway, value }], { partition }).catch(() => proof.unanswered(n));
  }

  #announce(partition: number): void {
    for (const key of this.#partitions.get(partition)?.sessions ?? []) {
      if (this.#sessions.get(key)?.known === true) this.#options.leasable(key);
    }
  }
}
