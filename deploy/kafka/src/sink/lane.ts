import { HaltwireError } from '@haltwire/schemas';
import type { Line } from '../client/connection.ts';
import { asHaltwireError, isFinal, messageOf } from '../client/errors.ts';
import type { SharedLine } from '../client/shared-line.ts';
import type { KafkaConfig } from '../config/config.ts';
import type { KafkaMetrics } from '../metrics.ts';
import { isRefusal, leaderOf, recover } from './attempts.ts';
import { type Append, acknowledge, type Batch, countBatch, takeBatch } from './batch.ts';
import { type Identity, isIdentityError, produce, requestIdentity } from './produce.ts';

/** Sequence numbers have 31 bits; long before that a fresh identity begins at 0 again. */
const SEQUENCE_LIMIT = 2 ** 30;

/** What a line of appends to one partition is given. */
export interface LaneOptions {
  readonly topic: string;
  readonly partition: number;
  readonly line: SharedLine;
  readonly config: KafkaConfig;
  readonly metrics: KafkaMetrics;
  /** How long a waiting append may wait for company while the lane is busy, ms. */
  readonly lingerMs: number;
  /** Events of one key may share a record. */
  readonly share: boolean;
  /** Called when bytes no longer wait. */
  readonly onTaken: (bytes: number) => void;
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/**
 * One partition's line of appends: one request at a time, each with all that came in meanwhile.
 *
 * An append that finds the lane idle goes at once; under load requests grow by themselves, as in a group commit. The
 * lane has a producer identity of its own: a request in doubt is only ever repeated with the same content under the same
 * sequence number, and when it is given up the identity goes with it. So the broker can never take one batch for another.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #waiting: Append[] = [];
  #identity: Identity | undefined;
  #sequence = 0;
  #running: Promise<void> | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  push(append: Append): void {
    this.#waiting.push(append);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    const { config, share, onTaken } = this.#options;
    for (let first = true; this.#waiting.length > 0; first = false) {
      if (!first) await this.#linger();
      const batch = takeBatch(this.#waiting, config.batchBytes, share);
      onTaken(batch.bytes);
      await this.#deliver(batch);
    }
    // In the same turn as the last look at what waits: a later push must find the lane idle.
    this.#running = undefined;
  }

  async #linger(): Promise<void> {
    const { lingerMs, config } = this.#options;
    const [oldest] = this.#waiting;
    if (lingerMs === 0 || oldest === undefined) return;
    const bytes = this.#waiting.reduce((sum, append) => sum + append.bytes, 0);
    const left = oldest.queuedAt + lingerMs - performance.now();
    if (left > 0 && bytes < config.batchBytes) await pause(left);
  }

  async #deliver(batch: Batch): Promise<void> {
    const { topic, partition, line, config, metrics } = this.#options;
    const [oldest] = batch.appends;
    const deadline = (oldest?.queuedAt ?? 0) + config.deliveryTimeoutMs;
    // Set once a request has left us: from then on the batch may be in the log, whatever we hear.
    let inDoubt = false;
    for (let attempt = 0; ; attempt += 1) {
      const used = line.current();
      try {
        const broker = await leaderOf(used, topic, partition);
        const identity = await this.#currentIdentity(used);
        const request = { ...this.#options, records: batch.records, firstSequence: this.#sequence, identity };
        const sending = produce(broker, request, config);
        const wasInDoubt = inDoubt;
        inDoubt = true;
        const baseOffset = await sending.catch((error: unknown) => {
          if (isRefusal(error)) inDoubt = wasInDoubt;
          throw error;
        });
        this.#sequence += batch.records.length;
        if (this.#sequence > SEQUENCE_LIMIT) this.#identity = undefined;
        countBatch(metrics, batch);
        acknowledge(batch, partition, baseOffset);
        return;
      } catch (error) {
        const identityLost = isIdentityError(error);
        if (identityLost) this.#identity = undefined;
        const late = performance.now() >= deadline;
        if (late || isFinal(error) || (identityLost && inDoubt)) {
          if (inDoubt) this.#giveUpIdentity();
          this.#refuse(batch, error);
          this.#refuseLate(error);
          return;
        }
        metrics.add('produceRetries');
        await recover(line, used, error, attempt);
      }
    }
  }

  async #currentIdentity(line: Line): Promise<Identity> {
    if (this.#identity === undefined) {
      this.#identity = await requestIdentity(await line.anyBroker());
      this.#sequence = 0;
    }
    return this.#identity;
  }

  #giveUpIdentity(): void {
    this.#identity = undefined;
    this.#options.metrics.add('identitiesGivenUp');
  }

  #refuse(batch: Pick<Batch, 'appends'>, cause: unknown): void {
    const { topic, partition, metrics } = this.#options;
    metrics.add('appendsRefused', batch.appends.length);
    const known = asHaltwireError(cause, `appending to ${topic}`);
    const error = isFinal(cause)
      ? known
      : new HaltwireError(
          'HALTWIRE_UNAVAILABLE',
          `${topic}, partition ${partition}, took no append in time: ${messageOf(cause)}. ` +
            'Check that the brokers are up and enough replicas are in sync, then retry.',
          { cause },
        );
    for (const append of batch.appends) append.reject(error);
  }

  /** What has waited too long behind a request that failed was never sent. */
  #refuseLate(cause: unknown): void {
    const oldestAllowed = performance.now() - this.#options.config.deliveryTimeoutMs;
    const fresh = this.#waiting.findIndex((append) => append.queuedAt > oldestAllowed);
    const appends = this.#waiting.splice(0, fresh === -1 ? this.#waiting.length : fresh);
    this.#options.onTaken(appends.reduce((sum, append) => sum + append.bytes, 0));
    this.#refuse({ appends }, cause);
  }
}
