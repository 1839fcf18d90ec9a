import type { Activity, AnalystMessage, Decision } from '@haltwire/schemas';
import type { Report } from './agent/protocol.ts';

/** One tool call of the agent, as the agent and the server saw it. */
export interface TimelineStep {
  readonly n: number;
  readonly tool: string;
  readonly shown: string;
  readonly why: string;
  /** False: it never ran. */
  readonly ran: boolean;
  readonly output: string;
  /** Since the agent began, by its own clock, ms. */
  readonly offsetMs: number;
  /** How long the agent waited for leave to run, ms. */
  readonly gateMs: number;
  /** What Haltwire decided above plain allow, and what it noticed. */
  readonly decisions: readonly Decision[];
}

type Step = Extract<Report, { type: 'step' }>;
type StepDone = Extract<Report, { type: 'step-done' }>;

/** The first activity of each call, in log order. */
function callsOf(messages: readonly AnalystMessage[], sessionId: string): Activity[] {
  const calls = new Map<string, Activity>();
  for (const message of messages) {
    if (message.type !== 'activity') continue;
    const { activity } = message;
    if (activity.sessionKey.endsWith(`/${sessionId}`) && !calls.has(activity.callId))
      calls.set(activity.callId, activity);
  }
  return [...calls.values()];
}

function decisionsOf(messages: readonly AnalystMessage[], callId: string | undefined): Decision[] {
  if (callId === undefined) return [];
  return messages.flatMap((message) =>
    message.type === 'decision' && message.decision.callId === callId ? [message.decision] : [],
  );
}

/** Joins what the agent reported with what the server said about the same calls. Both are in the order of the calls. */
export function timelineOf(
  reports: readonly Report[],
  messages: readonly AnalystMessage[] = [],
  sessionId = '',
): TimelineStep[] {
  const calls = callsOf(messages, sessionId);
  const dones = new Map(
    reports.flatMap((report): [number, StepDone][] => (report.type === 'step-done' ? [[report.n, report]] : [])),
  );
  return reports
    .filter((report): report is Step => report.type === 'step')
    .map(({ n, tool, shown, why, atMs }, place) => {
      const done = dones.get(n);
      return {
        n,
        tool,
        shown,
        why,
        ran: done?.ran ?? false,
        output: done?.output ?? '',
        offsetMs: atMs,
        gateMs: done?.gateMs ?? 0,
        decisions: decisionsOf(messages, calls[place]?.callId),
      };
    });
}

/** The findings that say most, first: what a reader should not miss when there are many. */
const TELLING = ['credential-not-found', 'credential-purpose', 'environment', 'backup-in-blast-radius'];

/** Sentences of all findings of decisions, each once, the most telling first. */
export function noticesOf(decisions: readonly Decision[]): string[] {
  const rank = (name: string) => (TELLING.includes(name) ? TELLING.indexOf(name) : TELLING.length);
  const findings = decisions.flatMap((decision) => [...decision.invariants, ...decision.indicators]);
  return [...new Set(findings.sort((a, b) => rank(a.name) - rank(b.name)).map(({ sentence }) => sentence))];
}
