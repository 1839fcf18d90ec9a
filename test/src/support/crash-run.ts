import { join } from 'node:path';
import { type CallEvent, type Decision, HaltwireError, type InputRecord, TOPIC } from '@haltwire/schemas';
import { createHaltwire } from '@haltwire/sdk';
import { openLog } from 'haltwire';
import { destroy, RecordingShell, touch } from './agent.ts';
import { Api, eventually } from './api.ts';
import { OtlpPoster } from './otlp-poster.ts';
import { seeded } from './random.ts';
import { readTopic } from './read-topic.ts';
import { freePort, startServerProcess } from './server-process.ts';

/** What a crash run counted. Every number that should be zero says so in its name. */
export interface CrashReport {
  readonly crashes: number;
  readonly executed: number;
  readonly acknowledged: number;
  readonly acknowledgedLost: number;
  readonly executedWithoutIntent: number;
  readonly executedWithoutAllow: number;
  readonly executedTwice: number;
  readonly decidedTwice: number;
  readonly killedSessionRan: number;
  readonly killStillThere: boolean;
  readonly heldRanBeforeApproval: number;
  readonly sameHold: boolean;
  readonly heldRanAfterApproval: number;
}

/**
 * One server, killed with SIGKILL at random points of a busy life and started again, while an agent works, a session is
 * killed, a call is held, and a plain OTLP client posts events and remembers which were acknowledged.
 */
export async function crashRun(folder: string, seed: number, crashes: number): Promise<CrashReport> {
  const random = seeded(seed);
  const port = await freePort();
  const dataDir = join(folder, 'data');
  let server = await startServerProcess(dataDir, port);
  const key = server.agentKey ?? '';
  const api = new Api(server.url, server.adminToken ?? '');
  const haltwire = createHaltwire({ endpoint: server.url, key, onWarning: () => {}, gateTimeoutMs: 20_000 });

  const doomed = new RecordingShell(haltwire.session({ agent: 'doomed', sessionId: 'doomed' }));
  await doomed.session.ready();
  await doomed.run(touch('before'));
  await api.kill('default/my-agent/doomed');
  await eventually(async () => doomed.session.signal.aborted);

  const holding = new RecordingShell(haltwire.session({ agent: 'holding', sessionId: 'holding' }));
  await holding.session.ready();
  const heldCall = holding.run(destroy('scratch'));
  const hold = await eventually(async () => (await api.holds())[0]);

  const busy = new RecordingShell(haltwire.session({ agent: 'busy', sessionId: 'busy' }));
  const poster = new OtlpPoster(server.url, key);
  let stopping = false;
  const work = (async () => {
    for (let i = 0; !stopping; i += 1) await busy.run(touch(`n${i}`)).catch(ignoreRefusal);
  })();
  const posts = (async () => {
    while (!stopping) await poster.post();
  })();

  let killedSessionRan = 0;
  for (let crash = 0; crash < crashes; crash += 1) {
    // The moment is so many posts and calls from now, and a few turns of the loop on top.
    const postGoal = poster.acknowledged.length + Math.floor(random() * 8);
    const callGoal = busy.effects.length + Math.floor(random() * 8);
    await eventually(async () => poster.acknowledged.length >= postGoal && busy.effects.length >= callGoal);
    for (let turns = Math.floor(random() * 40); turns > 0; turns -= 1) await new Promise(setImmediate);
    await server.kill();
    server = await startServerProcess(dataDir, port);
    await doomed.run(touch('after')).then(() => {
      killedSessionRan += 1;
    }, ignoreRefusal);
  }

  const killStillThere = (await api.sessions()).some((view) => view.sessionId === 'doomed' && view.kill !== undefined);
  const heldRanBeforeApproval = holding.effects.length;
  const holds = await eventually(async () => {
    const open = await api.holds();
    return open.length > 0 && open;
  });
  const sameHold = holds.length === 1 && holds[0]?.holdId === hold.holdId;
  await api.approve(hold.holdId);
  await heldCall;
  stopping = true;
  await Promise.all([work, posts]);
  await haltwire.close();
  await server.stop();

  const log = openLog({ path: join(dataDir, 'log') });
  const inputs = (await readTopic(log.source, TOPIC.inputs)).map(({ value }) => JSON.parse(value) as InputRecord);
  const decisions = (await readTopic(log.source, TOPIC.decisions)).map(({ value }) => JSON.parse(value) as Decision);
  await log.close();

  const calls = inputs.filter((record): record is CallEvent => record.type === 'call');
  const posted = new Set(calls.filter(({ sessionId }) => sessionId === poster.sessionId).map(({ callId }) => callId));
  const intents = new Map(calls.filter(({ phase }) => phase === 'intent').map((call) => [commandOf(call), call]));
  const allowed = new Set(decisions.filter(({ decision }) => decision === 'allow').map(({ digest }) => digest));
  const executed = [...busy.effects, ...holding.effects];
  const judgements = decisions.filter(({ cause }) => cause === 'intent').map((d) => `${d.sessionId} ${d.callId}`);
  return {
    crashes,
    executed: executed.length,
    acknowledged: poster.acknowledged.length,
    acknowledgedLost: poster.acknowledged.filter((callId) => !posted.has(callId)).length,
    executedWithoutIntent: executed.filter((command) => !intents.has(command)).length,
    executedWithoutAllow: executed.filter((command) => !allowed.has(intents.get(command)?.claimed.digest)).length,
    executedTwice: executed.length - new Set(executed).size,
    decidedTwice:
      judgements.length -
      new Set(judgements).size +
      decisions.length -
      new Set(decisions.map((d) => d.decisionId)).size,
    killedSessionRan: killedSessionRan + doomed.effects.length - 1,
    killStillThere,
    heldRanBeforeApproval,
    sameHold,
    heldRanAfterApproval: holding.effects.length,
  };
}

function commandOf(call: CallEvent): string {
  const args = call.claimed.arguments;
  return typeof args === 'object' && args !== null && 'command' in args ? String(args.command) : '';
}

/** While the server is away risky calls are refused: that is the promise. Anything else is a fault of the test. */
function ignoreRefusal(error: unknown): void {
  if (!HaltwireError.isInstance(error)) throw error;
}
