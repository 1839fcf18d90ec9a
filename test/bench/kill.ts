import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { SessionView } from '@haltwire/schemas';
import { CHANNEL, createHaltwire } from '@haltwire/sdk';
import { Api, eventually } from '../src/support/api.ts';
import type { ServerProcess } from '../src/support/server-process.ts';
import { type Row, rowOf } from './report.ts';

const KILLS = 50;

/** From a person's kill to what the agent sees, and to its acknowledgement in the log. */
export async function benchKill(server: ServerProcess): Promise<Row[]> {
  const api = new Api(server.url, server.adminToken ?? '');
  const aborted: number[] = [];
  const acknowledged: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const sessionId = `kill-${kill}`;
    const haltwire = createHaltwire({ endpoint: server.url, key: server.agentKey });
    const session = haltwire.session({ agent: 'bench', sessionId });
    await session.ready();
    await session.tool('shell', { command: 'touch notes/kill.txt' }, () => undefined);
    // Nobody asks the server meanwhile: the questions would stand in the acknowledgement's way.
    const said = acknowledgement();
    const start = performance.now();
    const seen = once(session.signal, 'abort').then(() => aborted.push((performance.now() - start) * 1000));
    await Promise.all([api.kill(`default/my-agent/${sessionId}`), seen, said]);
    acknowledged.push(await inTheLog(api, sessionId));
    await haltwire.close();
  }
  return [
    rowOf(`kill: API request -> session aborted, ${KILLS} kills`, [aborted]),
    rowOf('kill: decision -> acknowledged, log time in whole ms', [acknowledged], { budget: 50_000 }),
  ];
}

function acknowledgement(): Promise<void> {
  return new Promise((resolve) => {
    const heard = (): void => {
      unsubscribe(CHANNEL.killAcknowledged, heard);
      resolve();
    };
    subscribe(CHANNEL.killAcknowledged, heard);
  });
}

/** Microseconds of log time between the kill's decision and its acknowledgement. */
function inTheLog(api: Api, sessionId: string): Promise<number> {
  return eventually(async () => {
    const view: SessionView | undefined = (await api.sessions()).find((one) => one.sessionId === sessionId);
    const kill = view?.kill;
    return kill?.acknowledged === undefined ? undefined : (kill.acknowledged.at - kill.at) * 1000 + 1e-9;
  });
}
