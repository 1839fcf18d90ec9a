import type { Activity, Decision, HoldView, KillView, Position, Posture } from '@haltwire/schemas';

/** The engine's answer to one intent; the gateway adds the current epoch. */
export interface VerdictOutput {
  readonly type: 'verdict';
  readonly sessionKey: string;
  readonly callId: string;
  readonly digest: string;
  readonly decision: 'allow' | 'hold' | 'deny';
  readonly decisionId: string;
  readonly postureEpoch: number;
  readonly deadlineMs: number;
  readonly holdId?: string | undefined;
  readonly reason: string;
}

export interface PostureOutput {
  readonly type: 'posture';
  readonly sessionKey: string;
  readonly posture: Posture;
  readonly postureEpoch: number;
}

export interface KillOutput {
  readonly type: 'kill';
  readonly sessionKey: string;
  readonly kill: KillView;
  readonly postureEpoch: number;
}

export interface ReleaseOutput {
  readonly type: 'release';
  readonly sessionKey: string;
  readonly killId: string;
  readonly postureEpoch: number;
}

export type HoldOutcome = 'approved' | 'denied' | 'expired' | 'killed' | 'abandoned';

/** What became of a person's command: the API waits for it. */
export interface CommandOutput {
  readonly type: 'command';
  readonly commandId: string;
  readonly ok: boolean;
  readonly message: string;
  /** Gateway whose caller waits; absent = whoever waits here. */
  readonly replyTo?: string | undefined;
}

/** A gateway has a socket of the session and wants to know how it stands. */
export interface AttachedOutput {
  readonly type: 'attached';
  readonly sessionKey: string;
  readonly gateway: string;
}

/** A gateway asked whether the partition is followed; everything before the question was judged. */
export interface ProbedOutput {
  readonly type: 'probed';
  readonly gateway: string;
  readonly n: number;
}

/** Everything that processing one record may give, in order. */
export type Output =
  | { readonly type: 'decision'; readonly decision: Decision }
  | { readonly type: 'activity'; readonly activity: Activity }
  | { readonly type: 'hold-opened'; readonly hold: HoldView }
  | {
      readonly type: 'hold-closed';
      readonly holdId: string;
      readonly sessionKey: string;
      readonly tenantId: string;
      readonly outcome: HoldOutcome;
      readonly by: string;
    }
  | { readonly type: 'session'; readonly sessionKey: string }
  | { readonly type: 'claimed'; readonly owner: string; readonly epoch: number }
  | VerdictOutput
  | PostureOutput
  | KillOutput
  | ReleaseOutput
  | CommandOutput
  | AttachedOutput
  | ProbedOutput;

export type { Position };
