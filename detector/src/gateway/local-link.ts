import { type EventSink, type KillAcknowledged, type SessionRef, sessionKeyOf } from '@haltwire/schemas';
import type { Engine } from '../engine/engine.ts';
import type { Output } from '../engine/outputs.ts';
import type { Logger } from '../logger.ts';
import { recordKillAcknowledged } from './kill-record.ts';
import { catchUpOf, killMessage, messageOf } from './owner-messages.ts';
import type { Deliver, LeaseAnswer, SessionLink } from './session-link.ts';

export interface LocalLinkOptions {
  readonly engine: Engine;
  /** The partition is owned and followed: only then are leases given. */
  readonly isLive: () => boolean;
  readonly sink: EventSink;
  readonly logger: Logger;
  readonly leaseTtlMs: number;
  readonly deliver: Deliver;
}

/** The link where the owner is in the same process: it asks the engine's state. */
export class LocalLink implements SessionLink {
  readonly #options: LocalLinkOptions;

  constructor(options: LocalLinkOptions) {
    this.#options = options;
  }

  /** Passes on what concerns sessions. Called for each record's outputs, in log order. */
  dispatch(outputs: readonly Output[]): void {
    const { engine, deliver } = this.#options;
    for (const output of outputs) {
      const addressed = messageOf(output, engine.store.partition.epoch);
      if (addressed !== undefined) deliver(addressed.sessionKey, addressed.message);
    }
  }

  attach(ref: SessionRef): void {
    const key = sessionKeyOf(ref);
    for (const message of catchUpOf(this.#options.engine, key)) this.#options.deliver(key, message);
  }

  detach(): void {}

  lease(sessionKey: string): LeaseAnswer {
    const { engine, isLive, leaseTtlMs } = this.#options;
    if (!isLive()) return { kind: 'none' };
    const session = engine.store.sessions.get(sessionKey);
    const { epoch } = engine.store.partition;
    const postureEpoch = session?.postureEpoch ?? 0;
    if (session?.kill !== undefined) {
      return { kind: 'kill', message: killMessage(session.sessionId, session.kill, epoch, postureEpoch) };
    }
    return { kind: 'lease', terms: { epoch, postureEpoch, posture: session?.posture ?? 'normal', ttlMs: leaseTtlMs } };
  }

  killAcknowledged(ref: SessionRef, killId: string, inFlight: KillAcknowledged['inFlight']): void {
    const { engine, sink, logger } = this.#options;
    // Only what changes something is worth a record: a repeat would let a sender fill the log at will.
    const kill = engine.store.sessions.get(sessionKeyOf(ref))?.kill;
    if (kill?.killId !== killId || kill.acknowledged !== undefined) return;
    recordKillAcknowledged(sink, logger, ref, killId, inFlight);
  }
}
