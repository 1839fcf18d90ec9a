import type { Account } from './account.ts';

const zero = [
  'acknowledgedLost',
  'poisonNotBuried',
  'rowsMissing',
  'rowsTwice',
  'rowsTooMany',
  'decisionsTwice',
  'callsDecidedTwice',
  'decisionsOtherwise',
  'decisionsOtherwiseEmbedded',
  'executedWithoutIntent',
  'executedWithoutAllow',
  'executedTwice',
  'killedSessionsRan',
  'killsForgotten',
  'heldRanWithoutApproval',
  'answersNotHeard',
] as const satisfies readonly (keyof Account)[];

/** The promises that an account does not keep, in words. */
export function faultsOf(account: Account): string[] {
  return zero.filter((name) => account[name] !== 0).map((name) => `${name}: ${account[name]}`);
}
