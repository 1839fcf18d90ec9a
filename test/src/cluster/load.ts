import { HaltwireError } from '@haltwire/schemas';
import { createHaltwire, type Haltwire, type Session } from '@haltwire/sdk';
import { destroy, RecordingShell, touch } from '../support/agent.ts';
import { OtlpPoster } from '../support/otlp-poster.ts';
import type { Cluster } from './cluster.ts';

/** A call that was put to people, and what became of it. */
export interface Question {
  readonly name: string;
  readonly answer: 'approved' | 'denied' | 'unanswered';
}

/** What the agents did, as they themselves know it. */
export interface Load {
  /** Commands that ran, by session. */
  readonly shells: readonly RecordingShell[];
  readonly posters: readonly OtlpPoster[];
  /** The session that was killed at the start, and tries to go on all the time. */
  readonly doomed: RecordingShell;
  readonly questions: readonly Question[];
  /** Commands of held calls that ran. */
  readonly asked: RecordingShell;
  /** Sessions killed on the way: how often each had run something when its kill was answered. */
  readonly killed: ReadonlyMap<RecordingShell, number>;
  /** Calls that ran so far. */
  readonly ran: number;
  /** Kills one of the busy sessions; a new one takes its place. */
  killOne(): Promise<void>;
  /** Between a person's approval and the process that waits for it, do something. */
  betweenApprovalAndAllow: (() => Promise<void>) | undefined;
  stop(): Promise<void>;
}

const AGENTS = 5;

/**
 * Agents at work over a cluster: busy ones, one that was killed, one whose calls are held and answered by a person, and
 * plain OTLP clients that post and remember what was acknowledged.
 */
export async function startLoad(cluster: Cluster): Promise<Load> {
  const { api, front, gate } = cluster;
  const clients: Haltwire[] = [];
  const connect = async (agentId: string): Promise<{ haltwire: Haltwire; key: string }> => {
    const key = await cluster.agentKey(agentId);
    const haltwire = createHaltwire({
      endpoint: front.url,
      gatewayEndpoint: gate.url,
      key,
      onWarning: () => {},
      gateTimeoutMs: 15_000,
    });
    clients.push(haltwire);
    return { haltwire, key };
  };
  const shells: RecordingShell[] = [];
  const killed = new Map<RecordingShell, number>();
  const questions: Question[] = [];
  let stopping = false;
  const work: Promise<unknown>[] = [];

  const agents = await Promise.all(Array.from({ length: AGENTS }, (_, n) => connect(`agent-${n}`)));
  const posters = agents.slice(0, 2).map(({ key }, n) => new OtlpPoster(front.url, key, `posted-${n}`));
  for (const poster of posters) work.push(repeat(() => poster.post()));

  let sessions = 0;
  const startBusy = (place: number): void => {
    const { haltwire } = agents[place % AGENTS] as { haltwire: Haltwire };
    sessions += 1;
    const sessionId = `busy-${sessions}`;
    const shell = new RecordingShell(haltwire.session({ agent: 'busy', sessionId }));
    shells.push(shell);
    let n = 0;
    work.push(
      repeat(async () => {
        n += 1;
        await shell.run(touch(`${sessionId}-${n}`)).catch(ignoreRefusal);
        // A killed session stays killed: trying once in a while is enough.
        if (shell.session.signal.aborted) await pause(50);
      }),
    );
  };
  for (let place = 0; place < AGENTS; place += 1) startBusy(place);

  const first = agents[0] as { haltwire: Haltwire };
  const doomed = new RecordingShell(first.haltwire.session({ agent: 'doomed', sessionId: 'doomed' }));
  await doomed.session.ready();
  await doomed.run(touch('doomed-before'));
  await persist(() => api.kill('default/agent-0/doomed'));
  await aborted(doomed.session);
  work.push(
    repeat(async () => {
      await doomed.run(touch('doomed-after')).catch(ignoreRefusal);
      await pause(100);
    }),
  );

  const last = agents[AGENTS - 1] as { haltwire: Haltwire };
  const asked = new RecordingShell(last.haltwire.session({ agent: 'asking', sessionId: 'asking' }));
  const load = { betweenApprovalAndAllow: undefined as (() => Promise<void>) | undefined };
  work.push(
    repeat(async () => {
      const name = `question_${questions.length}`;
      const call = asked.run(destroy(name)).catch(ignoreRefusal);
      const answered = answerHold(name).catch(() => 'unanswered' as const);
      const answer = await Promise.race([answered, call.then(() => pause(2000)).then(() => 'unanswered' as const)]);
      questions.push({ name, answer });
      await call;
    }),
  );

  async function answerHold(name: string): Promise<Question['answer']> {
    const hold = await persist(async () => {
      const found = (await api.holds()).find(({ shown }) => shown.includes(name));
      if (found === undefined) throw new Error('not held yet');
      return found;
    });
    const approve = questions.length % 3 !== 2;
    // The answer must be on the log; whether its owner still stands when it gets there is the question.
    const answering = approve ? api.approve(hold.holdId) : api.deny(hold.holdId);
    if (load.betweenApprovalAndAllow !== undefined) {
      const between = load.betweenApprovalAndAllow;
      load.betweenApprovalAndAllow = undefined;
      await between();
    }
    try {
      await answering;
      return approve ? 'approved' : 'denied';
    } catch {
      // It may count all the same: an answer without a reply is no "no".
      return approve ? 'approved' : 'unanswered';
    }
  }

  async function repeat(step: () => Promise<unknown>): Promise<void> {
    while (!stopping) await step();
  }

  return Object.assign(load, {
    shells,
    posters,
    doomed,
    questions,
    asked,
    killed,
    get ran() {
      return shells.reduce((sum, { effects }) => sum + effects.length, 0) + asked.effects.length;
    },
    async killOne() {
      const place = shells.findIndex((shell) => !killed.has(shell));
      const shell = shells[place];
      if (shell === undefined) return;
      const { sessionId } = shell.session;
      await persist(async () => {
        const view = (await api.sessions()).find((one) => one.sessionId === sessionId);
        if (view === undefined) throw new Error('not known yet');
        if (view.kill === undefined) await api.kill(view.sessionKey);
      });
      await aborted(shell.session);
      killed.set(shell, shell.effects.length);
      startBusy(place);
    },
    async stop() {
      stopping = true;
      await Promise.all(work);
      await Promise.all(clients.map((client) => client.close()));
    },
  }) as Load;
}

/** Tries until it works: replicas come and go. */
export async function persist<T>(action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch {
      await pause(50);
    }
  }
}

function aborted(session: Session): Promise<void> {
  return new Promise((resolve) => {
    if (session.signal.aborted) resolve();
    session.signal.addEventListener('abort', () => resolve());
  });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** While parts are away risky calls are refused: that is the promise. Anything else is a fault of the test. */
function ignoreRefusal(error: unknown): void {
  if (!HaltwireError.isInstance(error)) throw error;
}
