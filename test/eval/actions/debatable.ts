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
    metric: 'commands.destructive.recall',
    reason: 'changes nothing: a dry run, a look-up of a name, a query of a zone (what it shows may be private)',
    ids: ['cc-safety-net-02143', 'cc-safety-net-01993', 'dcg-01222'],
  },
  {
    metric: 'commands.destructive.recall',
    reason: "a plain push, which git refuses unless it only adds; the label is one team's rule about their branch",
    ids: ['dcg-01850', 'dcg-01851', 'dcg-01852'],
  },
  {
    metric: 'commands.destructive.recall',
    reason: 'switches to a version that is there, and back again by the same command',
    ids: ['dcg-01108'],
  },
  {
    metric: 'commands.destructive.recall',
    reason: 'a shell is handed the word ok: nothing by that name would be destroyed, and it is told as not readable',
    ids: ['cc-safety-net-01933', 'cc-safety-net-01951'],
  },
  {
    metric: 'api_actions.destructive.recall',
    reason:
      'unties, stops or labels something that is tied again by one call; hundreds of such actions are labelled writes in the same set',
    ids: [
      ...['geo:DisassociateTrackerConsumer', 'grafana:DisassociateLicense', 'rekognition:DisassociateFaces'],
      ...['workmail:DisassociateDelegateFromResource', 'appsync:DisassociateMergedGraphqlApi'],
      ...['appsync:DisassociateSourceGraphqlApi', 'codestar-notifications:Unsubscribe'],
      ...['config:DisassociateResourceTypes', 'controltower:DisableControl', 'lightsail:StopGUISession'],
      ...['elasticloadbalancing:DetachLoadBalancerFromSubnets', 'resource-groups:UngroupResources'],
      ...['elasticloadbalancing:DisableAvailabilityZonesForLoadBalancer', 'shield:DisableProactiveEngagement'],
      ...['shield:DisassociateDRTLogBucket', 'shield:DisassociateDRTRole', 'shield:DisassociateHealthCheck'],
      ...['securityhub:StartConfigurationPolicyDisassociation', 'ssm:UnlabelParameterVersion'],
    ],
  },
  {
    metric: 'api_actions.destructive.recall',
    reason: 'gives back what was taken away, or tells somebody that something has arrived',
    ids: ['chime:BatchUnsuspendUser', 'wisdom:NotifyRecommendationsReceived'],
  },
  {
    metric: 'incidents.harm_call.recall',
    reason: 'harmful by what went before it only: the answer y, a start of services, a call of init_db',
    ids: [
      'copilot-prisma-yes-prompt-2026-01',
      'claude-unsolicited-compose-up-prod-2026-04',
      'claude-initdb-truthy-conn-2026-07',
    ],
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
