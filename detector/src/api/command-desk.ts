import { randomUUID } from 'node:crypto';
import {
  type Actor,
  type AnalystVerdict,
  type Command,
  type EventSink,
  HaltwireError,
  rootKeyOf,
  type SessionRef,
  type StandingRequest,
  TOPIC,
} from '@haltwire/schemas';
import type { CommandOutput, Output } from '../engine/outputs.ts';

/** What a person asks for. */
export type Request =
  | { readonly command: 'approve' | 'deny'; readonly holdId: string }
  | { readonly command: 'kill' | 'release' }
  | {
      readonly command: 'verdict';
      readonly verdict: AnalystVerdict;
      readonly decisionId?: string | undefined;
      readonly standing?: StandingRequest | undefined;
    }
  | { readonly command: 'end-approval'; readonly approvalId: string };

/** What became of a command. */
export type CommandAnswer = Pick<CommandOutput, 'commandId' | 'ok' | 'message'>;

/**
 * Turns people's requests into records, and waits for what the engine made of them.
 *
 * The engine alone decides who was first when two answer the same hold: both are told the truth.
 */
export class CommandDesk {
  readonly #sink: EventSink;
  readonly #waiting = new Map<string, (answer: CommandAnswer) => void>();
  readonly #replyTo: string | undefined;
  readonly #timeoutMs: number;

  /**
   * @param replyTo Gateway to which the session's owner sends the answer, when it may be another replica.
   * @param timeoutMs How long the engine may take, ms; default 10 000.
   */
  constructor(sink: EventSink, replyTo?: string, timeoutMs = 10_000) {
    this.#sink = sink;
    this.#replyTo = replyTo;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Writes the command durably, then waits until the engine has carried it out.
   *
   * Throws `HALTWIRE_CONFLICT` when it could not be (the hold is closed, the session not killed), and
   * `HALTWIRE_UNAVAILABLE` when the log or the engine did not answer: the command may still be carried out.
   */
  async submit(session: SessionRef, actor: Actor, reason: string, request: Request): Promise<CommandAnswer> {
    const { tenantId, agentId, sessionId } = session;
    const commandId = randomUUID();
    const command: Command = {
      type: 'command',
      v: 1,
      commandId,
      tenantId,
      agentId,
      sessionId,
      actor,
      reason,
      replyTo: this.#replyTo,
      ...request,
    };
    const { promise, resolve, reject } = Promise.withResolvers<CommandAnswer>();
    this.#waiting.set(commandId, resolve);
    const timer = setTimeout(() => {
      reject(
        new HaltwireError(
          'HALTWIRE_UNAVAILABLE',
          'the detector has not answered yet; look at the session before trying again',
        ),
      );
    }, this.#timeoutMs);
    try {
      await this.#sink.append(TOPIC.inputs, [
        { key: rootKeyOf({ tenantId, rootAgentId: agentId }), value: JSON.stringify(command) },
      ]);
      const output = await promise;
      if (!output.ok) throw new HaltwireError('HALTWIRE_CONFLICT', output.message);
      return output;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(commandId);
    }
  }

  /** Hands the engine's answers to those who wait. */
  dispatch(outputs: readonly Output[]): void {
    if (this.#waiting.size === 0) return;
    for (const output of outputs) if (output.type === 'command') this.answer(output);
  }

  /** Hands one answer to whoever waits for it. */
  answer({ commandId, ok, message }: CommandAnswer): void {
    this.#waiting.get(commandId)?.({ commandId, ok, message });
  }
}
