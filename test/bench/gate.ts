import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionView } from '@haltwire/schemas';
import { createHaltwire, type Session } from '@haltwire/sdk';
import { quantile } from 'simple-statistics';
import { WebSocket } from 'ws';
import { Api } from '../src/support/api.ts';
import { startServerProcess } from '../src/support/server-process.ts';
import { ms, row } from './report.ts';

const CALLS = 1000;
const KILLS = 50;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start);
}

/** A POST answered over a socket by a bare server in a process of its own, in the same run: what this machine costs. */
async function openFloor(): Promise<{ roundTrip: () => Promise<void>; close: () => void }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'floor-server.ts')], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (child.stdout === null) throw new Error('the floor server has no output');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { port } = JSON.parse(String(line)) as { port: number };
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await once(socket, 'open');
  const agent = new Agent({ keepAlive: true });
  const body = JSON.stringify({ filler: 'x'.repeat(1200) });
  return {
    async roundTrip() {
      const frame = once(socket, 'message');
      const post = request(
        { port, host: '127.0.0.1', method: 'POST', agent, headers: { 'content-length': body.length } },
        (response) => response.resume(),
      );
      post.end(body);
      await frame;
    },
    close() {
      socket.terminate();
      agent.destroy();
      child.disconnect();
    },
  };
}

const risky = (session: Session, i: number): Promise<unknown> =>
  session.tool('shell', { command: `touch notes/n${i}.txt` }, () => 'done');

/** Gate round trip and kill, against the real server in its own process, beside the machine's floor. */
export async function benchGate(durability: 'disk' | 'process'): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'haltwire-bench-'));
  const server = await startServerProcess(join(folder, 'data'), 0, ['--durability', durability]);
  const floor = await openFloor();
  const haltwire = createHaltwire({ endpoint: server.url, key: server.agentKey });
  try {
    const session = haltwire.session({ agent: 'bench' });
    await session.ready();
    for (let i = 0; i < 100; i += 1) await risky(session, i).then(() => floor.roundTrip());
    const gate: number[] = [];
    const bare: number[] = [];
    for (let i = 0; i < CALLS; i += 1) {
      gate.push(await timed(() => risky(session, i)));
      bare.push(await timed(() => floor.roundTrip()));
    }
    const p50 = quantile(gate, 0.5);
    const p99 = quantile(gate, 0.99);
    const title = `gate round trip (${CALLS} calls, durability ${durability})`;
    row(`${title} p50`, ms(p50), `${(p50 / quantile(bare, 0.5)).toFixed(1)}x of a bare POST -> ws frame`);
    row(
      `${title} p99`,
      ms(p99),
      `${(p99 / quantile(bare, 0.99)).toFixed(1)}x of the bare p99 (${ms(quantile(bare, 0.99))})`,
    );
    if (durability === 'disk') await benchKill(server.url, server.adminToken ?? '', server.agentKey ?? '');
  } finally {
    floor.close();
    await haltwire.close();
    await server.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** From a person's kill to the sdk's acknowledgement in the log; and what the agent itself sees. */
async function benchKill(url: string, token: string, key: string): Promise<void> {
  const api = new Api(url, token);
  const seen: number[] = [];
  const acknowledged: number[] = [];
  for (let i = 0; i < KILLS; i += 1) {
    const haltwire = createHaltwire({ endpoint: url, key });
    const session = haltwire.session({ agent: 'bench', sessionId: `kill-${i}` });
    await session.ready();
    await risky(session, i);
    const aborted = once(session.signal, 'abort');
    seen.push(await timed(() => Promise.all([aborted, api.kill(`default/my-agent/kill-${i}`)])));
    acknowledged.push(await acknowledgedAfter(api, `kill-${i}`));
    await haltwire.close();
  }
  row(`kill: API request -> session aborted (${KILLS}) p50`, ms(quantile(seen, 0.5)));
  row('kill: API request -> session aborted p99', ms(quantile(seen, 0.99)));
  row('kill: decision -> acknowledged, log time p50', `${quantile(acknowledged, 0.5)} ms`);
  row('kill: decision -> acknowledged, log time p99', `${quantile(acknowledged, 0.99)} ms`);
}

async function acknowledgedAfter(api: Api, sessionId: string): Promise<number> {
  for (;;) {
    const view: SessionView | undefined = (await api.sessions()).find((one) => one.sessionId === sessionId);
    const kill = view?.kill;
    if (kill?.acknowledged !== undefined) return kill.acknowledged.at - kill.at;
  }
}
