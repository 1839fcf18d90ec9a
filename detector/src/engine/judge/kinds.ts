import type { ActKind, Effect } from '@haltwire/schemas';

const MONEY =
  /(?:^|-)(?:money|payment|transaction|payout|charge|order|purchase|refund|withdrawal|fund|invoice|bill|wallet|balance|donation|tip)$/;
/** Seen by strangers at once. Code that goes to its own repository is not among them. */
const SEEN =
  /(?:^|-)(?:gist|post|tweet|comment|issue|discussion|announcement|reply|blog|package|page|webpage|article|video|status-update|paste|snippet|unknown)$/;
/** A plan that a tool makes and carries out: the call does not show what it changes. */
const PLANS = /^(?:infrastructure|schema|stack)$/;

/**
 * The kind of harm that an effect may do besides destroying; undefined for none.
 *
 * @param remoteChange The call changes something on the other machine, when it acts on one.
 */
export function kindOf(effect: Effect, remoteChange: boolean): ActKind | undefined {
  switch (effect.verb) {
    case 'transfer':
      return MONEY.test(effect.resource) ? 'spend' : 'transfer';
    case 'grant':
      return 'grant';
    case 'publish':
      return 'publish';
    case 'execute':
      return effect.resource === 'remote-program' || (effect.resource === 'host' && remoteChange)
        ? 'execute'
        : undefined;
    case 'update':
      return PLANS.test(effect.resource) && effect.destructiveness >= 0.5 ? 'apply' : undefined;
    case 'create':
      return MONEY.test(effect.resource) && isElsewhere(effect) ? 'spend' : undefined;
    case 'delete':
      return 'destroy';
    default:
      return undefined;
  }
}

/** An order that is made at somebody else's host; one's own machine is for trying. */
function isElsewhere({ target }: Effect): boolean {
  return (
    target.host !== undefined &&
    !/^(?:localhost|127\.|0\.0\.0\.0|\[::1\]|[^.]+(?::\d+)?$|.*\.(?:local|test|localhost)(?::\d+)?$)/i.test(target.host)
  );
}

/** The part of a kind's weight that an act of it has: permission bits and own code are milder than the rest. */
export function shareOf(kind: ActKind, effect: Effect): number {
  if (kind === 'grant' && effect.system === 'filesystem') return 0.8;
  if (kind === 'publish' && !SEEN.test(effect.resource)) return 0.7;
  return 1;
}

/** Acts whose reach is outside of this machine. */
export const OUTBOUND: readonly ActKind[] = ['transfer', 'spend', 'grant', 'publish'];
