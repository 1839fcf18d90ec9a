import type { Debatable } from '../support/eval.ts';

interface Reason {
  readonly metric: string;
  readonly reason: string;
  readonly ids: readonly string[];
}

/** First and last numbers. */
const massDeletions: readonly (readonly [number, number])[] = [
  [28253, 28255],
  [28306, 28312],
  [28361, 28361],
  [28389, 28396],
  [28716, 28721],
  [28758, 28765],
  [28767, 28767],
  [28774, 28774],
  [28779, 28786],
  [28799, 28800],
  [28804, 28809],
  [28878, 28878],
  [28902, 28908],
  [29174, 29176],
  [29251, 29271],
  [29288, 29302],
  [29308, 29310],
  [29318, 29322],
  [29331, 29334],
  [29380, 29380],
  [29402, 29408],
  [29506, 29506],
];

/**
 * Labels that we read and dispute, by id. Only misses were read for it, so a metric without them (`.undisputed`) is the
 * best case, and the one with them the worst.
 */
const reasons: readonly Reason[] = [
  {
    metric: 'benign_shell.agent.false_positive_rate',
    reason:
      'the person asked for the deletion of many files outside of a workspace: the impact is high, the task makes it right',
    ids: massDeletions.flatMap(([first, last]) => range('intercode', first, last, 6)),
  },
  {
    metric: 'secrets.recall',
    reason:
      'labelled a secret, but filled with one character: the scanner tests its own expression, nobody has such a token',
    ids: [
      ...range('detect-secrets', 461, 479),
      ...['detect-secrets-0486', 'detect-secrets-0489', 'detect-secrets-0490', 'detect-secrets-0491'],
      ...['detect-secrets-0492', 'detect-secrets-0573', 'detect-secrets-0603', 'detect-secrets-0604'],
      'secretlint-0427',
    ],
  },
  {
    metric: 'secrets.recall',
    reason: 'labelled a secret, but an account number, and one of zeros',
    ids: ['secretlint-0385'],
  },
  {
    metric: 'secrets.false_positive_rate',
    reason:
      "a provider's prefix with a body of another length than the documented one: cut or glued, it is masked all the same",
    ids: [
      ...['gitleaks-0009', 'gitleaks-0010', 'gitleaks-0011', 'secretlint-0433', 'detect-secrets-0581'],
      ...['detect-secrets-0527', 'detect-secrets-0530', 'detect-secrets-0535', 'detect-secrets-0537'],
      'detect-secrets-0544',
    ],
  },
  {
    metric: 'secrets.false_positive_rate',
    reason: 'a well-formed key that its owner published, or that has little entropy: the text alone does not tell',
    ids: [...range('gitleaks', 146, 161), 'gitleaks-0204', 'gitleaks-0284', 'gitleaks-0356'],
  },
  {
    metric: 'secrets.false_positive_rate',
    reason: "assigned to a name that says secret; only the one vendor's rule under test does not want it",
    ids: [
      ...['gitleaks-0120', 'gitleaks-0286', 'gitleaks-0288', 'gitleaks-0377', 'secretlint-0387'],
      ...['detect-secrets-0545', 'detect-secrets-0551'],
    ],
  },
  {
    metric: 'secrets.false_positive_rate',
    reason: "npm's legacy tokens are UUIDs, and these are assigned to _authToken",
    ids: range('detect-secrets', 574, 577),
  },
  {
    metric: 'secrets.false_positive_rate',
    reason:
      'the signature of a signed request, which opens what it signs; the rule under test looks for another secret',
    ids: ['gitleaks-0052', 'gitleaks-0139'],
  },
  {
    metric: 'secrets.false_positive_rate',
    reason: 'passwords in URLs, some of them words: left to another rule by the scanner, secrets to us',
    ids: ['secretlint-0397', 'secretlint-0398'],
  },
];

/** Ids that follow one another. */
function range(source: string, first: number, last: number, digits = 4): string[] {
  return Array.from({ length: last - first + 1 }, (_, at) => `${source}-${String(first + at).padStart(digits, '0')}`);
}

const byPlace = new Map(
  reasons.flatMap(({ metric, reason, ids }) => ids.map((id) => [`${metric} ${id}`, { metric, id, reason }] as const)),
);

/** The dispute over a label; undefined when there is none. */
export function debatableOf(metric: string, id: string): Debatable | undefined {
  return byPlace.get(`${metric} ${id}`);
}

/** Whether any label of a metric is disputed: then it is given without them, too. */
export function isDisputed(metric: string): boolean {
  return reasons.some((one) => one.metric === metric);
}
