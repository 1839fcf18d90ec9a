import { channel } from 'node:diagnostics_channel';

/** Names of the diagnostics channels that the sdk publishes on. Costs nothing when nobody listens. */
export const CHANNEL = {
  /** `{state: 'open' | 'closed', reason?}`: the gateway's socket. */
  connectionChanged: 'haltwire:sdk:connection-changed',
  /** `{sessionId, callId, decision, decisionId}`: a verdict that was accepted. */
  verdictReceived: 'haltwire:sdk:verdict-received',
  /** `{sessionId, type, reason}`: a message of the gateway that was not obeyed: stale, unknown or malformed. */
  messageIgnored: 'haltwire:sdk:message-ignored',
  /** `{sessionId, killId, reason}` */
  killReceived: 'haltwire:sdk:kill-received',
  /** `{sessionId, killId, inFlight}` */
  killAcknowledged: 'haltwire:sdk:kill-acknowledged',
  /** `{sessionId, count, intentional, reason}`: events that will never reach the collector. */
  eventsDropped: 'haltwire:sdk:events-dropped',
  /** `{sessionId, count, firstSeq, lastSeq}`: events that the collector made durable. */
  eventsAcknowledged: 'haltwire:sdk:events-acknowledged',
} as const;
export type ChannelName = (typeof CHANNEL)[keyof typeof CHANNEL];

const channels = new Map(Object.values(CHANNEL).map((name) => [name, channel(name)]));

/** Publishes on a channel when somebody listens. The message is built only then. */
export function publish(name: ChannelName, message: () => Record<string, unknown>): void {
  const target = channels.get(name);
  if (target?.hasSubscribers) target.publish(message());
}
