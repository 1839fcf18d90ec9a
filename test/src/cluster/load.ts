import { HaltwireError, type HoldView } from '@haltwire/schemas';
import { createHaltwire, type Haltwire, type Session } from '@haltwire/sdk';
import { destroy, RecordingShell, touch } from '../support/agent.ts';
import { OtlpPoster } from '../support/otlp-poster.ts';
import type { Cluster } from './cluster.ts';

/** A call that was put to people, and what a person answered, whether or not the answer got through. */
export interface Question {
  readonly name: string;
  answer: 'approve' | 'deny' | undefined;
  /** The person was told that the answer counts. */
  confirmed: boolean;
  /** The process that waited for the answer was told so, or went on. */
  heard: boolean;
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
/** Longer than any fault but one: who waits so long in vain was forgotten. */
const HOLD_TTL_SECONDS = 90;

/**
 * Agents at work over a cluster: busy ones, one that was killed, one whose calls are held and answered by a person, and
 * plain OTLP clients that post and remember what was acknowledged.
 */
export async function startLoad(cluster: Cluster): Promise<Load> {
  const { api, front, gate } = cluster;
  await persist(() => api.importPolicy({ version: 1, responses: { holdTtlSeconds: HOLD_TTL_SECONDS } }));
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
  work.push(
    repeat(async () => {
      const question: Question = {
        name: `question_${questions.length}`,
        answer: undefined,
        confirmed: false,
        heard: false,
      };
      questions.push(question);
      const ended = new AbortController();
      const answering = answerHold(question, ended.signal);
      await asked.run(destroy(question.name)).then(
        () => {
          question.heard = true;
        },
        (error: unknown) => {
          ignoreRefusal(error);
          question.heard = HaltwireError.isInstance(error) && error.code === 'HALTWIRE_DENIED';
        },
      );
      ended.abort();
      await answering;
    }),
  );

  /** Waits until the call is held, then answers. Gives up when the call has ended without. */
  async function answerHold(question: Question, ended: AbortSignal): Promise<void> {
    let hold: HoldView | undefined;
    while (hold === undefined) {
      if (ended.aborted) return;
      const holds = await api.holds().catch(() => []);
      hold = holds.find(({ shown }) => shown.includes(question.name));
      await pause(20);
    }
    question.answer = questions.length % 3 === 0 ? 'deny' : 'approve';
    const answering = (question.answer === 'approve' ? api.approve(hold.holdId) : api.deny(hold.holdId)).then(
      () => {
        question.confirmed = true;
      },
      () => {
        // It may count all the same: an answer that was not heard of is no "no".
      },
    );
    const between = load.betweenApprovalAndAllow;
    if (between !== undefined) {
      load.betweenApprovalAndAllow = undefined;
      await between();
    }
    await answering;
  }

  async function repeat(step: () => Promise<unknown>): Promise<void> {
    while (!stopping) await step();
  }

  const load: Load = {
    betweenApprovalAndAllow: undefined,
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
  };
  return load;
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
