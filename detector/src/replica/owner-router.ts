import { type EventSink, type OwnerMessage, TOPIC } from '@haltwire/schemas';
import type { Engine } from '../engine/engine.ts';
import type { Output } from '../engine/outputs.ts';
import { gatewaysOf } from '../engine/state/session.ts';
import { catchUpOf, messageOf } from '../gateway/owner-messages.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { SteadyWriter } from '../runner/steady-writer.ts';
import { EVERY_GATEWAY, partitionOfGateway } from './gateway-id.ts';

export interface OwnerRouterOptions {
  /** The gateway of this replica. */
  readonly gateway: string;
  readonly sink: EventSink;
  /** Takes what is for this replica's own gateway. */
  readonly receive: (message: OwnerMessage) => void;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** So much may wait for one partition of `agent.verdicts`. */
const MOST_WAITING_CHARS = 8 * 1024 * 1024;

/**
 * Sends what the engines of owned partitions say to the gateways that have the sockets: the own one directly, others over
 * `agent.verdicts`, in order and until the log has taken it: a kill must not get lost on the way, nor be overtaken by a
 * lease.
 */
export class OwnerRouter {
  readonly #options: OwnerRouterOptions;
  readonly #writers = new Map<number, SteadyWriter>();

  constructor(options: OwnerRouterOptions) {
    this.#options = options;
  }

  /** Called for each record's outputs, in log order, by the owner of the partition. */
  dispatch(outputs: readonly Output[], engine: Engine, partition: number): void {
    const { epoch } = engine.store.partition;
    for (const output of outputs) {
      if (output.type === 'attached') {
        for (const message of catchUpOf(engine, output.sessionKey)) {
          const { sessionKey } = output;
          this.#send(output.gateway, { type: 'session', v: 1, partition, epoch, sessionKey, message });
        }
      } else if (output.type === 'probed') {
        this.#send(output.gateway, { type: 'alive', v: 1, partition, epoch, n: output.n });
      } else if (output.type === 'command') {
        const { commandId, ok, message, replyTo } = output;
        if (replyTo !== undefined)
          this.#send(replyTo, { type: 'command', v: 1, partition, epoch, commandId, ok, message });
      } else {
        this.#sendToSession(output, engine, partition);
      }
    }
  }

  stop(): void {
    for (const writer of this.#writers.values()) writer.stop();
  }

  #sendToSession(output: Output, engine: Engine, partition: number): void {
    const { epoch } = engine.store.partition;
    const addressed = messageOf(output, epoch);
    if (addressed === undefined) return;
    const { sessionKey, message } = addressed;
    const session = engine.store.sessions.get(sessionKey);
    const gateways = session === undefined ? [] : gatewaysOf(session);
    // It is told when it says hello.
    if (gateways.length === 0 && message.type === 'verdict') this.#options.metrics.add('verdictsUndeliverable');
    for (const gateway of gateways) {
      this.#send(gateway, { type: 'session', v: 1, partition, epoch, sessionKey, message });
    }
  }

  #send(gateway: string, message: OwnerMessage): void {
    const { receive, metrics, logger } = this.#options;
    if (gateway === this.#options.gateway) {
      receive(message);
      return;
    }
    const target = partitionOfGateway(gateway);
    if (target === undefined) {
      logger.warn('an input record names a gateway that is none; it is not answered');
      return;
    }
    metrics.add('messagesRouted');
    const writer = this.#writerOf(target);
    if (writer.waitingChars > MOST_WAITING_CHARS) {
      // Whoever cannot be told for so long has no lease by now. It asks anew once it hears of this.
      metrics.add('messagesDropped', writer.dropWaiting());
      logger.warn(`${TOPIC.verdicts}, partition ${target}, takes too little: its gateways will have to ask anew`);
      const { partition, epoch } = message;
      const missed: OwnerMessage = { type: 'missed', v: 1, partition, epoch };
      writer.push([{ key: EVERY_GATEWAY, value: JSON.stringify(missed) }]);
    }
    writer.push([{ key: gateway, value: JSON.stringify(message) }]);
  }

  #writerOf(target: number): SteadyWriter {
    const { sink, logger } = this.#options;
    const known = this.#writers.get(target);
    if (known !== undefined) return known;
    const append = (entries: Parameters<SteadyWriter['push']>[0]) =>
      sink.append(
        TOPIC.verdicts,
        entries.map(({ key, value }) => ({ key, value: value ?? '' })),
        { partition: target },
      );
    const writer = new SteadyWriter(
      { append },
      { name: TOPIC.verdicts, logger, onWritten: () => {}, onFenced: () => {} },
    );
    this.#writers.set(target, writer);
    return writer;
  }
}
