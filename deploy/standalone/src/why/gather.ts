import {
  type CaseView,
  caseViewSchema,
  type Decision,
  decisionRank,
  decisionSchema,
  HaltwireError,
  type InputRecord,
  inputRecordSchema,
  type Policy,
  policySchema,
  type SessionView,
  sessionKeyOf,
  sessionViewSchema,
  TOPIC,
} from '@haltwire/schemas';
import { z } from 'zod';
import type { ApiClient } from '../cli/api-client.ts';

/** One recorded input of the session. */
export interface PastInput {
  readonly logTime: number;
  readonly record: InputRecord;
}

/** Everything that the server tells about one decision. */
export interface Facts {
  readonly decision: Decision;
  /** All decisions of its session that can be had, in log order. */
  readonly session: readonly Decision[];
  /** What the session's agent did, in log order; undefined without a history. */
  readonly inputs: readonly PastInput[] | undefined;
  readonly policy: Policy;
  readonly policyHash: string;
  /** How the session stands now. */
  readonly now: SessionView | undefined;
  readonly case: CaseView | undefined;
}

const LIMIT = 1000;
const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'];

const decisionsSchema = z.object({ decisions: z.array(decisionSchema) });
const historySchema = z.object({
  entries: z.array(z.object({ topic: z.string(), logTime: z.number(), record: z.unknown() })),
});

/** The history may be away, or being built: then what the detector remembers must do. */
async function history(api: ApiClient, query: Record<string, string>) {
  try {
    const answer = await api.request('GET', `/v1/history?${new URLSearchParams({ ...query, limit: String(LIMIT) })}`);
    return historySchema.parse(answer).entries;
  } catch (error) {
    if (HaltwireError.isInstance(error) && error.code === 'HALTWIRE_BAD_REQUEST') return undefined;
    throw error;
  }
}

function decisionsIn(entries: z.infer<typeof historySchema>['entries'] | undefined): Decision[] {
  return (entries ?? []).flatMap(({ topic, record }) => {
    const parsed = topic === TOPIC.decisions ? decisionSchema.safeParse(record) : undefined;
    return parsed?.success === true ? [parsed.data] : [];
  });
}

function inputsIn(entries: z.infer<typeof historySchema>['entries']): PastInput[] {
  return entries.flatMap(({ topic, logTime, record }) => {
    const parsed = topic === TOPIC.inputs ? inputRecordSchema.safeParse(record) : undefined;
    return parsed?.success === true ? [{ logTime, record: parsed.data }] : [];
  });
}

async function decisionsOf(api: ApiClient, query: Record<string, string>): Promise<Decision[]> {
  const answer = await api.request('GET', `/v1/decisions?${new URLSearchParams({ ...query, limit: String(LIMIT) })}`);
  return decisionsSchema.parse(answer).decisions;
}

/** The one that people ask about: the decision itself, else the machine's gravest, the first of equals. */
function mainOf(decisions: readonly Decision[], id: string): Decision | undefined {
  const exact = decisions.find(({ decisionId }) => decisionId === id);
  if (exact !== undefined) return exact;
  const weight = ({ actor, decision, severity }: Decision): number =>
    (actor === undefined ? 100 : 0) + decisionRank(decision) * 10 + SEVERITIES.indexOf(severity);
  return decisions.reduce<Decision | undefined>(
    (best, one) => (best === undefined || weight(one) > weight(best) ? one : best),
    undefined,
  );
}

function inLogOrder(decisions: readonly Decision[]): Decision[] {
  const unique = new Map(decisions.map((decision) => [decision.decisionId, decision]));
  return [...unique.values()].sort(
    (a, b) => a.logTime - b.logTime || a.position.offset - b.position.offset || a.position.index - b.position.index,
  );
}

/**
 * Asks the server for everything about a decision, by its id or that of its case, hold, kill or call.
 *
 * Throws `HALTWIRE_NOT_FOUND` when it knows of none.
 */
export async function gatherFacts(api: ApiClient, id: string): Promise<Facts> {
  const recent = await decisionsOf(api, { id });
  const found = recent.length > 0 ? recent : decisionsIn(await history(api, { id }));
  const decision = mainOf(found, id);
  if (decision === undefined) {
    throw new HaltwireError(
      'HALTWIRE_NOT_FOUND',
      `The server knows of no decision, case, hold, kill or call ${id}: check the id (cases lists them).`,
    );
  }
  const sessionKey = sessionKeyOf(decision);
  const [near, past, policy, sessions, cases] = await Promise.all([
    decisionsOf(api, { sessionKey }),
    history(api, { sessionKey }),
    api.request('GET', '/v1/policy'),
    api.request('GET', `/v1/sessions?limit=${LIMIT}`),
    api.request('GET', `/v1/cases?limit=${LIMIT}`),
  ]);
  const registry = z.object({ policyHash: z.string(), policy: policySchema }).parse(policy);
  return {
    decision,
    session: inLogOrder([...found.filter((one) => sessionKeyOf(one) === sessionKey), ...decisionsIn(past), ...near]),
    inputs: past === undefined ? undefined : inputsIn(past),
    ...registry,
    now: z
      .object({ sessions: z.array(sessionViewSchema) })
      .parse(sessions)
      .sessions.find((one) => one.sessionKey === sessionKey),
    case: z
      .object({ cases: z.array(caseViewSchema) })
      .parse(cases)
      .cases.find(({ caseId }) => caseId === decision.caseId),
  };
}
