import type { Policy } from '@haltwire/schemas';
import { type Draft, evidenceText, together } from './draft.ts';
import type { Evidence } from './evidence.ts';
import { freeName, isName } from './names.ts';

/** A session may be so many times as long as the longest that was seen. */
const ROOM = 2;
/** ... and at least so long, calls. */
const SHORTEST_LIMIT = 50;

interface Worker {
  readonly agentId: string;
  /** Undefined for sessions without a task token. */
  readonly taskId?: string | undefined;
}

/** Agents, and the tasks that they worked on. What is declared already stays as it is. */
export function suggestTasks(draft: Draft): void {
  const { policy } = draft;
  for (const { agentId, taskId, evidence } of draft.of('task')) {
    if (!isName(agentId)) {
      draft.leftOut.push(`agents: one whose id cannot be a name in a policy (${evidenceText(evidence)})`);
      continue;
    }
    if (policy.agents[agentId] === undefined) {
      policy.agents[agentId] = { mode: 'enforce' };
      draft.because(['agents', agentId], evidenceText(evidence));
    }
    suggestTask(draft, { agentId, taskId }, evidence);
  }
}

function suggestTask(draft: Draft, worker: Worker, evidence: Evidence): void {
  const { policy } = draft;
  const name = worker.taskId ?? freeName(`${worker.agentId}-work`, policy.tasks);
  if (!isName(name) || policy.tasks[name] !== undefined) return;
  const lists = listsOf(draft, worker);
  if (!draft.isEnough(evidence)) {
    for (const list of Object.keys(lists)) draft.leaveOut(`tasks.${name}.${list}`, evidence);
    if (worker.taskId === undefined) return;
    policy.tasks[name] = {};
  } else {
    const most = draft.observer.longest.get(worker.agentId) ?? 0;
    policy.tasks[name] = { ...lists, limits: { callsPerSession: Math.max(SHORTEST_LIMIT, most * ROOM) } };
    draft.because(['tasks', name, 'limits'], `the longest session had ${most} calls; a person is asked past this`);
  }
  draft.because(
    ['tasks', name],
    `${evidenceText(evidence)}${worker.taskId === undefined ? '; sessions without a task token' : ''}`,
  );
  const agent = policy.agents[worker.agentId];
  if (worker.taskId === undefined && agent !== undefined && agent.task === undefined)
    policy.agents[worker.agentId] = { ...agent, task: name };
}

/** What would be refused beyond: credentials and changes. */
function listsOf(draft: Draft, worker: Worker): Pick<Policy['tasks'][string], 'credentials' | 'operations'> {
  const own = ({ agentId, taskId }: Worker) => agentId === worker.agentId && taskId === worker.taskId;
  const done = draft.of('operation').filter(own);
  const operations = draft.operationsOf(done);
  const credentials = draft
    .of('credential')
    .filter(own)
    .flatMap(({ fingerprint }) => draft.credentials.get(fingerprint) ?? []);
  const name = worker.taskId ?? freeName(`${worker.agentId}-work`, draft.policy.tasks);
  if (credentials.length > 0)
    draft.because(['tasks', name, 'credentials'], 'all that were used; others will be refused');
  if (operations.length > 0) {
    const evidence = evidenceText(together(done.map((one) => one.evidence)));
    draft.because(['tasks', name, 'operations'], `${evidence}; other changes will be refused`);
  }
  return {
    ...(credentials.length > 0 ? { credentials: [...new Set(credentials)].sort() } : {}),
    ...(operations.length > 0 ? { operations } : {}),
  };
}
