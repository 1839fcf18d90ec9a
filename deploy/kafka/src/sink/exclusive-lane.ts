import { HaltwireError, type Position } from '@haltwire/schemas';
import type { Line } from '../client/connection.ts';
import { asHaltwireError, isFinal, messageOf } from '../client/errors.ts';
import type { Logger } from '../client/logger.ts';
import { FENCE } from '../records/pack.ts';
import { initProducer } from '../wire/init-producer.ts';
import { isRefusal, leaderOf, recover } from './attempts.ts';
import { type Append, acknowledge, type Batch, countBatch, takeBatch } from './batch.ts';
import type { LaneOptions } from './lane.ts';
import { type Identity, isFencing, isIdentityError, produce } from './produce.ts';

/** No transaction is ever begun. */
const TRANSACTION_TIMEOUT_UNUSED_MS = 60_000;
/** Sequence numbers have 31 bits; long before that the next epoch begins at 0 again. */
const SEQUENCE_LIMIT = 2 ** 30;
const HOUR_MS = 3_600_000;
/** Failures of one batch before it is said. */
const SAY_AFTER = 4;

export interface ExclusiveLaneOptions extends LaneOptions {
  readonly transactionalId: string;
  readonly logger: Logger;
  /** Called when the right is gone, for whatever reason. May be called again. */
  readonly onEnd: () => void;
  /** How often the right is renewed, ms: brokers forget epochs that rest (`producer.id.expiration.ms`: 1 day). Default 6 h. */
  readonly renewMs?: number | undefined;
  /** A right that was not renewed for so long can no longer be proven, ms. Default 18 h. */
  readonly staleMs?: number | undefined;
}

const TAKEN = 'somebody else has taken over';

/** A batch that only says who writes now. */
const FENCE_BATCH: Batch = { appends: [], records: [FENCE], bytes: 0 };

/** How a delivery ended; its appends have been answered. */
type Outcome = { readonly baseOffset: number } | { readonly error: HaltwireError };

/**
 * The appends of a partition's only writer: one request at a time, under an epoch of its own.
 *
 * The identity is that of a transactional id, so each holder has a higher epoch than the one before, and the partition's
 * leader refuses lower ones from the holder's first record on. It is never replaced behind the holder's back: a fresh one
 * would let a holder go on that has been replaced. A batch in doubt is sent again with the same content and number, for
 * as long as it takes: so what is acknowledged is there once, and what is not was never refused.
 */
export class ExclusiveLane {
  readonly #options: ExclusiveLaneOptions;
  readonly #waiting: Append[] = [];
  #identity: Identity | undefined;
  #sequence = 0;
  #renewedAt = 0;
  #renewAt = 0;
  #running: Promise<void> | undefined;
  #end: HaltwireError | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ExclusiveLaneOptions) {
    this.#options = options;
  }

  /** Takes the right over. Returns the position after everything that earlier holders wrote. */
  async begin(): Promise<Position> {
    const { topic, partition, line, config } = this.#options;
    const deadline = performance.now() + config.deliveryTimeoutMs;
    const doing = `taking over ${topic}, partition ${partition}`;
    for (let attempt = 0; this.#identity === undefined; attempt += 1) {
      const used = line.current();
      try {
        this.#keep(await this.#askIdentity(used, undefined));
      } catch (error) {
        if (isFinal(error) || this.#end !== undefined || performance.now() >= deadline) {
          throw this.#stop(asHaltwireError(error, doing));
        }
        await recover(line, used, error, attempt);
      }
    }
    const outcome = await this.#deliver(FENCE_BATCH, deadline);
    if ('error' in outcome) {
      this.#stop(outcome.error);
      throw outcome.error;
    }
    this.#timer = setInterval(() => this.#wake(), this.#renewMs);
    this.#timer.unref();
    return { partition, offset: outcome.baseOffset + 1, index: 0 };
  }

  push(append: Append): void {
    if (this.#end !== undefined) {
      this.#options.onTaken(append.bytes);
      append.reject(this.#end);
      return;
    }
    this.#waiting.push(append);
    this.#wake();
  }

  /** Resolves when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** No more attempts: whatever is not answered yet is refused. */
  abandon(): void {
    this.#stop(new HaltwireError('HALTWIRE_UNAVAILABLE', 'The log is closed.'));
  }

  get #renewMs(): number {
    return this.#options.renewMs ?? 6 * HOUR_MS;
  }

  #wake(): void {
    if (this.#end !== undefined) return;
    // A run with nothing to do would end before it is known to have begun.
    if (this.#waiting.length > 0 || this.#isRenewalDue()) this.#running ??= this.#run();
  }

  #keep(identity: Identity): void {
    this.#identity = identity;
    this.#sequence = 0;
    this.#renewedAt = Date.now();
    this.#renewAt = this.#renewedAt + this.#renewMs;
  }

  async #run(): Promise<void> {
    const { config, share, onTaken } = this.#options;
    if (this.#isRenewalDue()) await this.#renew();
    while (this.#waiting.length > 0 && this.#end === undefined) {
      const batch = takeBatch(this.#waiting, config.batchBytes, share);
      onTaken(batch.bytes);
      await this.#deliver(batch);
      if (this.#isRenewalDue()) await this.#renew();
    }
    // In the same turn as the last look at what waits: a later push must find the lane idle.
    this.#running = undefined;
  }

  #isRenewalDue(): boolean {
    return this.#end === undefined && (Date.now() >= this.#renewAt || this.#sequence > SEQUENCE_LIMIT);
  }

  #isStale(): boolean {
    return Date.now() - this.#renewedAt >= (this.#options.staleMs ?? 18 * HOUR_MS);
  }

  /** Nothing is under way here, so nothing can be in doubt across two epochs. */
  async #renew(): Promise<void> {
    const { topic, partition, line, logger } = this.#options;
    for (let attempt = 0; this.#end === undefined; attempt += 1) {
      const used = line.current();
      try {
        const next = await this.#askIdentity(used, this.#identity);
        // Another id: the brokers have forgotten ours, so nobody can say who came after us.
        if (next.producerId !== this.#identity?.producerId) {
          this.#lose('the brokers have forgotten it');
          return;
        }
        this.#keep(next);
        await this.#deliver(FENCE_BATCH);
        return;
      } catch (error) {
        if (isFencing(error) || isFinal(error) || this.#isStale()) {
          this.#lose(isFencing(error) ? TAKEN : messageOf(error));
          return;
        }
        await recover(line, used, error, attempt);
        if (attempt < SAY_AFTER) continue;
        // The leader still knows us; only the coordinator is away.
        this.#renewAt = Date.now() + this.#renewMs / 8;
        logger.warn(`the right to write ${topic}, partition ${partition}, is renewed later: ${messageOf(error)}`);
        return;
      }
    }
  }

  async #askIdentity(line: Line, held: Identity | undefined): Promise<Identity> {
    const { transactionalId } = this.#options;
    const coordinator = await line.coordinatorOf('transaction', transactionalId);
    return initProducer(coordinator, { transactionalId, transactionTimeoutMs: TRANSACTION_TIMEOUT_UNUSED_MS, held });
  }

  /** Without a deadline it goes on until the batch is answered or the lane has ended. */
  async #deliver(batch: Batch, deadline = Number.POSITIVE_INFINITY): Promise<Outcome> {
    const { topic, partition, line, config, metrics, logger } = this.#options;
    const place = `${topic}, partition ${partition}`;
    let inDoubt = false;
    for (let attempt = 0; ; attempt += 1) {
      const used = line.current();
      try {
        if (this.#identity === undefined) throw new Error('the right was not taken');
        const broker = await leaderOf(used, topic, partition);
        if (this.#isStale()) return this.#refuse(batch, this.#lose('it could not be renewed for too long'));
        if (this.#end !== undefined) return this.#refuse(batch, this.#end);
        const request = { topic, partition, records: batch.records, firstSequence: this.#sequence };
        const sending = produce(broker, { ...request, identity: this.#identity }, config);
        const wasInDoubt = inDoubt;
        inDoubt = true;
        const baseOffset = await sending.catch((error: unknown) => {
          if (isRefusal(error)) inDoubt = wasInDoubt;
          throw error;
        });
        this.#sequence += batch.records.length;
        countBatch(metrics, batch);
        acknowledge(batch, partition, baseOffset);
        if (attempt > SAY_AFTER) logger.info(`${place} takes appends again`);
        return { baseOffset };
      } catch (error) {
        if (isFencing(error)) return this.#refuse(batch, this.#lose(TAKEN));
        if (isIdentityError(error)) return this.#refuse(batch, this.#lose(`the broker says ${messageOf(error)}`));
        if (isFinal(error)) {
          const refusal = asHaltwireError(error, `appending to ${place}`);
          // What is in doubt must not be followed by anything under the same number.
          if (inDoubt) this.#lose(messageOf(error));
          return this.#refuse(batch, refusal);
        }
        if (this.#end !== undefined) return this.#refuse(batch, this.#end);
        if (performance.now() >= deadline) {
          return this.#refuse(batch, this.#stop(asHaltwireError(error, `appending to ${place}`)));
        }
        if (attempt === SAY_AFTER) logger.warn(`${place} takes no appends, retrying: ${messageOf(error)}`);
        metrics.add('produceRetries');
        await recover(line, used, error, attempt);
      }
    }
  }

  #lose(why: string): HaltwireError {
    const { topic, partition, metrics, logger } = this.#options;
    if (this.#end !== undefined) return this.#end;
    metrics.add('rightsLost');
    logger.warn(`the right to write ${topic}, partition ${partition}, is lost: ${why}`);
    return this.#stop(
      new HaltwireError(
        'HALTWIRE_FENCED',
        `The right to write ${topic}, partition ${partition}, is lost (${why}): stop, or take it over again and read what is there.`,
      ),
    );
  }

  #stop(error: HaltwireError): HaltwireError {
    this.#end ??= error;
    this.#options.onEnd();
    clearInterval(this.#timer);
    const waiting = this.#waiting.splice(0);
    this.#options.onTaken(waiting.reduce((sum, append) => sum + append.bytes, 0));
    this.#refuse({ appends: waiting }, this.#end);
    return this.#end;
  }

  #refuse({ appends }: Pick<Batch, 'appends'>, error: HaltwireError): Outcome {
    this.#options.metrics.add('appendsRefused', appends.length);
    for (const append of appends) append.reject(error);
    return { error };
  }
}
