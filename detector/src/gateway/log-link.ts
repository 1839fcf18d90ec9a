import {
  type EventSink,
  type GatewayMessage,
  type KillAcknowledged,
  type OwnerMessage,
  type SessionRecord,
  type SessionRef,
  sessionKeyOf,
  TOPIC,
} from '@haltwire/schemas';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { AttachmentWriter } from './attachment-writer.ts';
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

function newAttachment(ref: SessionRef): Attachment {
  return {
    ref,
    partition: undefined,
    known: false,
    answeredBefore: undefined,
    posture: 'elevated',
    postureEpoch: 0,
    kill: undefined,
  };
}

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
  readonly #writer: AttachmentWriter;
  readonly #toProbe = new Set<number>();

  constructor(options: LogLinkOptions) {
    this.#options = options;
    const { gateway, sink, metrics } = options;
    const onAttached = (key: string, partition: number) => this.#attached(key, partition);
    this.#writer = new AttachmentWriter({ gateway, sink, metrics, onAttached });
    this.#prober = setInterval(() => this.#probeAll(), options.probeMs).unref();
  }

  close(): void {
    this.#writer.close();
    clearInterval(this.#prober);
  }

  /** Partitions of attached sessions whose owner has not shown itself for a lease's length. */
  get silentPartitions(): number {
    const { leaseTtlMs } = this.#options;
    return [...this.#partitions.values()].filter(
      ({ proof, sessions }) => sessions.size > 0 && proof.remainingMs(leaseTtlMs) <= 0,
    ).length;
  }

  attach(ref: SessionRef): void {
    const key = sessionKeyOf(ref);
    const attachment = this.#sessions.get(key) ?? newAttachment(ref);
    this.#sessions.set(key, attachment);
    forget(attachment);
    const record = this.#options.recordOf(key);
    if (record !== undefined) this.#adoptRecord(attachment, record);
    // Its process may be a new one, and its owner away: a kill that stands is said at once.
    this.#repeatKill(key, attachment, record?.epoch ?? 0);
    this.#writer.attach(ref);
  }

  /** Takes what the topic of session records says: a kill counts, whichever way it comes. */
  onRecord(record: SessionRecord): void {
    const { sessionKey } = record.session;
    const attachment = this.#sessions.get(sessionKey);
    if (attachment !== undefined && this.#adoptRecord(attachment, record)) {
      this.#repeatKill(sessionKey, attachment, record.epoch);
    }
  }

  /** Messages of owners were missed: every session asks anew how it stands. */
  attachAll(): void {
    for (const partition of this.#partitions.keys()) this.#attachAgain(partition);
  }

  detach(sessionKey: string): void {
    const attachment = this.#sessions.get(sessionKey);
    if (attachment === undefined) return;
    this.#sessions.delete(sessionKey);
    // The partition is kept: what is known of its owner's epoch must not be forgotten.
    if (attachment.partition !== undefined) this.#partitions.get(attachment.partition)?.sessions.delete(sessionKey);
    this.#writer.detach(attachment.ref);
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
    if (message.type === 'missed') {
      this.#attachAgain(message.partition);
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
    const released = this.#adopt(attachment, message.message);
    this.#options.deliver(message.sessionKey, message.message);
    if (released !== undefined) this.#options.deliver(message.sessionKey, released);
    if (message.message.type === 'welcome') this.#options.leasable(message.sessionKey);
  }

  /** Answers what must be said besides: that a kill which was said here does not stand any more. */
  #adopt(attachment: Attachment, message: GatewayMessage): GatewayMessage | undefined {
    if ('postureEpoch' in message) attachment.postureEpoch = message.postureEpoch;
    switch (message.type) {
      case 'welcome': {
        attachment.known = true;
        attachment.posture = message.posture;
        const { kill } = attachment;
        // Of a killed session the kill is said right after the welcome.
        if (kill === undefined || message.posture === 'locked') return;
        attachment.kill = undefined;
        const { sessionId, epoch, postureEpoch } = message;
        return { type: 'release', sessionId, killId: kill.killId, epoch, postureEpoch };
      }
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

  /** Takes over a kill that stands in the session's record, unless its owner has said something newer. True when it is news. */
  #adoptRecord(attachment: Attachment, { session }: SessionRecord): boolean {
    const { kill, postureEpoch } = session;
    if (kill === undefined || postureEpoch < attachment.postureEpoch) return false;
    const acknowledged = kill.acknowledged !== undefined;
    if (attachment.kill?.killId === kill.killId) {
      attachment.kill.acknowledged ||= acknowledged;
      return false;
    }
    attachment.kill = { killId: kill.killId, reason: kill.reason, acknowledged };
    attachment.postureEpoch = postureEpoch;
    return true;
  }

  #repeatKill(key: string, { kill, ref, partition, postureEpoch }: Attachment, epoch: number): void {
    if (kill === undefined) return;
    const known = partition === undefined ? -1 : (this.#partitions.get(partition)?.proof.epoch ?? -1);
    this.#options.deliver(key, killMessage(ref.sessionId, kill, Math.max(epoch, known), postureEpoch));
  }

  #attachAgain(partition: number): void {
    for (const key of this.#partitions.get(partition)?.sessions ?? []) this.#attachKey(key);
  }

  #attachKey(key: string): void {
    const attachment = this.#sessions.get(key);
    if (attachment === undefined) return;
    forget(attachment);
    this.#writer.attachNow(attachment.ref);
  }

  /**
   * An owner that has just taken over reads attachments before its claim and says nothing. When it answers a probe that
   * was asked later, an attachment without an answer will never get one: it is made again.
   */
  #attachUnanswered(partition: number, n: number): void {
    for (const key of this.#partitions.get(partition)?.sessions ?? []) {
      const attachment = this.#sessions.get(key);
      const before = attachment?.answeredBefore;
      if (attachment?.known === false && before !== undefined && n >= before) this.#attachKey(key);
    }
  }

  /** The attachment is on the log: a probe that is asked from here on is answered after it. */
  #attached(key: string, partition: number): void {
    const attachment = this.#sessions.get(key);
    // Its last socket may have gone meanwhile.
    if (attachment === undefined) return;
    const proof = this.#place(key, attachment, partition);
    attachment.answeredBefore = proof.next;
    // A lease must not wait for the next round of probes.
    this.#probeSoon(partition);
  }

  #probeSoon(partition: number): void {
    if (this.#toProbe.size === 0) {
      setImmediate(() => {
        for (const one of this.#toProbe) this.#probe(one);
        this.#toProbe.clear();
      });
    }
    this.#toProbe.add(partition);
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
    for (const [partition, { sessions }] of this.#partitions) if (sessions.size > 0) this.#probe(partition);
  }

  #probe(partition: number): void {
    const { gateway, sink, metrics } = this.#options;
    const proof = this.#partitions.get(partition)?.proof;
    const n = proof?.ask();
    // While too many are open the log is away or slow: more questions would only make it worse.
    if (proof === undefined || n === undefined) return;
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
