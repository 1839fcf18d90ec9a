import type { LeaseRef } from '@haltwire/schemas';
import type { Runtime } from '../clock.ts';
import { CHANNEL, publish } from '../diagnostics.ts';
import type { HaltwireError } from '../errors.ts';
import type { KillNotice, Posture } from '../types.ts';
import { Lease } from './lease.ts';
import type { GatewayLink, LinkedSession } from './link.ts';
import type { GatewayMessage, Verdict } from './messages.ts';

/** Until the first lease tells its length, a renewal is repeated after this many ms. */
const FIRST_RENEW_MS = 1000;
const LEAST_RENEW_MS = 20;

/** What the gate tells its session. None may throw. */
export interface GateEvents {
  /** A verdict under the current epochs. */
  verdict(verdict: Verdict): void;
  killed(kill: KillNotice): void;
  /** The gateway repeats a kill that was told already: acknowledge again. */
  killRepeated(kill: KillNotice): void;
  released(): void;
  /** A lease was granted. */
  leased(): void;
  /** The socket is open again. */
  connected(): void;
  /** The gateway refuses the key or the session. */
  refused(error: HaltwireError): void;
}

/** Options of `Gate`. */
export interface GateOptions {
  readonly sessionId: string;
  readonly link: GatewayLink;
  readonly runtime: Runtime;
  readonly events: GateEvents;
}

/** What the gateway has said about one session: epochs, posture, lease, kill. Obeys nothing from an older epoch. */
export class Gate implements LinkedSession {
  readonly sessionId: string;
  readonly #options: GateOptions;
  readonly #lease = new Lease();
  #epoch = -1;
  #postureEpoch = -1;
  #posture: Posture = 'unknown';
  #kill: KillNotice | undefined;
  #readOnlyTools: readonly string[] = [];
  #renewEveryMs = FIRST_RENEW_MS;
  #renewTimer: NodeJS.Timeout | undefined;
  #ignored = 0;
  /** Counts the sockets, so that what one of them said can be told from what another did. */
  #connection = 0;
  #killedOn = 0;
  #acknowledgedOn = -1;

  constructor(options: GateOptions) {
    this.#options = options;
    this.sessionId = options.sessionId;
  }

  get posture(): Posture {
    return this.#kill === undefined ? this.#posture : 'locked';
  }

  /** Set while the session is killed. */
  get kill(): KillNotice | undefined {
    return this.#kill;
  }

  get readOnlyTools(): readonly string[] {
    return this.#readOnlyTools;
  }

  get isLeased(): boolean {
    return this.#lease.isLive(this.#options.runtime.now());
  }

  /** The state under which a call is decided here. */
  get leaseRef(): LeaseRef {
    return { epoch: this.#epoch, postureEpoch: this.#postureEpoch };
  }

  /** Messages that were not obeyed because they were older than what is known. */
  get ignored(): number {
    return this.#ignored;
  }

  /** Whether a verdict that was fresh when it arrived still is: no newer owner was heard of since. */
  isCurrent(verdict: Verdict): boolean {
    return verdict.epoch >= this.#epoch;
  }

  start(): void {
    this.#options.link.attach(this);
  }

  stop(): void {
    clearTimeout(this.#renewTimer);
    this.#lease.revoke();
    this.#options.link.detach(this.sessionId);
  }

  /**
   * Says what became of the kill, once per socket: a gateway repeats a kill whenever it is asked for a lease. When the
   * socket is down, the kill is repeated on the next one, and acknowledged there.
   */
  acknowledgeKill(killId: string, inFlight: 'none' | 'aborted' | 'unknown'): void {
    const { sessionId } = this;
    if (this.#acknowledgedOn === this.#connection) return;
    if (!this.#options.link.send({ type: 'kill-acknowledged', sessionId, killId, inFlight })) return;
    this.#acknowledgedOn = this.#connection;
    publish(CHANNEL.killAcknowledged, () => ({ sessionId, killId, inFlight }));
  }

  linkOpened(): void {
    this.#connection += 1;
    this.#renew();
    this.#options.events.connected();
  }

  linkClosed(): void {
    clearTimeout(this.#renewTimer);
    this.#lease.revoke();
  }

  linkRefused(error: HaltwireError): void {
    this.#options.events.refused(error);
  }

  linkMessage(message: GatewayMessage): void {
    switch (message.type) {
      case 'welcome':
        if (!this.#adopt(message)) return;
        this.#readOnlyTools = message.readOnlyTools;
        return;
      case 'posture':
        this.#adopt(message);
        return;
      case 'lease':
        this.#granted(message);
        return;
      case 'verdict':
        this.#judged(message);
        return;
      case 'kill':
        this.#killed(message);
        return;
      case 'release':
        this.#released(message);
        return;
      default:
        // An `error` was warned about by the link; the calls' own time limits decide what it means.
        return;
    }
  }

  /** Takes over epochs and posture unless they are older than what is known. */
  #adopt(message: { type: string; epoch: number; postureEpoch: number; posture?: Posture }): boolean {
    if (message.epoch < this.#epoch) return this.#ignore(message.type, 'older epoch');
    if (message.postureEpoch < this.#postureEpoch) return this.#ignore(message.type, 'older posture epoch');
    const changed = message.postureEpoch > this.#postureEpoch;
    this.#epoch = message.epoch;
    this.#postureEpoch = message.postureEpoch;
    if (message.posture !== undefined) this.#posture = message.posture;
    else if (changed && this.#posture === 'normal') {
      // The posture changed and this message does not say to what: assume the worse until the lease's answer tells.
      this.#posture = 'elevated';
      this.#renew();
    }
    return true;
  }

  #granted(message: Extract<GatewayMessage, { type: 'lease' }>): void {
    if (!this.#adopt(message)) return;
    if (!this.#lease.grant(message.n, message.ttlMs)) {
      this.#ignore('lease', 'not asked for');
      return;
    }
    // A killed session gets no lease. On a new socket the gateway repeats the kill before anything else, if it stands.
    if (this.#kill !== undefined && this.#killedOn !== this.#connection && message.posture !== 'locked') {
      this.#kill = undefined;
      this.#options.events.released();
    }
    this.#renewEveryMs = Math.max(LEAST_RENEW_MS, message.ttlMs / 3);
    this.#scheduleRenewal();
    if (this.isLeased) this.#options.events.leased();
  }

  #judged(verdict: Verdict): void {
    if (!this.#adopt({ type: 'verdict', epoch: verdict.epoch, postureEpoch: verdict.postureEpoch })) return;
    this.#options.events.verdict(verdict);
  }

  #killed(message: Extract<GatewayMessage, { type: 'kill' }>): void {
    if (message.epoch < this.#epoch) {
      this.#ignore('kill', 'older epoch');
      return;
    }
    this.#epoch = message.epoch;
    this.#postureEpoch = Math.max(this.#postureEpoch, message.postureEpoch);
    const repeated = this.#kill?.killId === message.killId;
    this.#kill = { killId: message.killId, reason: message.reason };
    this.#killedOn = this.#connection;
    if (repeated) {
      this.#options.events.killRepeated(this.#kill);
      return;
    }
    this.#acknowledgedOn = -1;
    publish(CHANNEL.killReceived, () => ({ sessionId: this.sessionId, ...this.#kill }));
    this.#options.events.killed(this.#kill);
  }

  #released(message: Extract<GatewayMessage, { type: 'release' }>): void {
    if (message.epoch < this.#epoch || this.#kill?.killId !== message.killId) {
      this.#ignore('release', this.#kill === undefined ? 'not killed' : 'older epoch or another kill');
      return;
    }
    this.#epoch = message.epoch;
    this.#postureEpoch = Math.max(this.#postureEpoch, message.postureEpoch);
    this.#kill = undefined;
    // A release does not say how closely the session is watched from now on; the lease's answer does.
    this.#posture = 'elevated';
    this.#renew();
    this.#options.events.released();
  }

  #renew(): void {
    const n = this.#lease.request(this.#options.runtime.now());
    this.#options.link.send({ type: 'renew', sessionId: this.sessionId, n });
    this.#scheduleRenewal();
  }

  #scheduleRenewal(): void {
    clearTimeout(this.#renewTimer);
    this.#renewTimer = setTimeout(() => this.#renew(), this.#renewEveryMs);
    this.#renewTimer.unref();
  }

  #ignore(type: string, reason: string): false {
    this.#ignored += 1;
    publish(CHANNEL.messageIgnored, () => ({ sessionId: this.sessionId, type, reason }));
    return false;
  }
}
