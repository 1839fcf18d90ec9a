import type { GatewayMessage, Posture, SessionRef } from '@haltwire/schemas';

/** What a lease asked for now may say. */
export interface LeaseTerms {
  readonly epoch: number;
  readonly postureEpoch: number;
  readonly posture: Posture;
  /** Counted from now, ms; the sdk counts it from when it asked, which is earlier. */
  readonly ttlMs: number;
}

/** How a session stands when somebody asks for a lease. */
export type LeaseAnswer =
  | { readonly kind: 'lease'; readonly terms: LeaseTerms }
  /** A killed session gets no lease, but its kill again. */
  | { readonly kind: 'kill'; readonly message: GatewayMessage }
  /** Nobody is known to follow the session's partition. */
  | { readonly kind: 'none' };

/** Takes what the owner of a session tells its sockets, in order. */
export type Deliver = (sessionKey: string, message: GatewayMessage) => void;

/**
 * The way from a gateway to whoever owns a session's partition: the engine beside it, or another replica over the log.
 *
 * The gateway calls `attach` for every hello, `detach` when a session has no socket any more, `lease` for every renewal.
 * None of them throws. What the owner says comes through the `Deliver` that the link was made with.
 */
export interface SessionLink {
  attach(ref: SessionRef): void;
  detach(sessionKey: string): void;
  lease(sessionKey: string): LeaseAnswer;
  killAcknowledged(ref: SessionRef, killId: string, inFlight: 'none' | 'aborted' | 'unknown'): void;
}
