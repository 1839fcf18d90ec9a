import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createHaltwire, type Session } from '@haltwire/sdk';
import { startServerProcess } from '../src/support/server-process.ts';
import { type Floor, openFloor } from './floor.ts';
import { benchKill } from './kill.ts';
import { type Row, ratios, rowOf } from './report.ts';

const ROUNDS = 5;
const CALLS = 200;
const WARM_UP = 100;
/** Between the calls of an agent that thinks, ms. */
const PACE_MS = 10;

/** Microseconds from asking to running. */
async function asked(session: Session, name: string): Promise<number> {
  const start = performance.now();
  let took = 0;
  await session.tool('shell', { command: `touch notes/${name}.txt` }, () => {
    took = (performance.now() - start) * 1000;
  });
  return took;
}

async function inTurns(
  session: Session,
  floor: Floor,
  paceMs: number,
): Promise<{ gate: number[][]; bare: number[][] }> {
  const gate: number[][] = [];
  const bare: number[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const calls: number[] = [];
    const floors: number[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      calls.push(await asked(session, `n${call}`));
      floors.push(await floor.roundTrip());
      if (paceMs > 0) await delay(paceMs);
    }
    gate.push(calls);
    bare.push(floors);
  }
  return { gate, bare };
}

/** The gate and the kill against the real server in its own process, in turns with the machine's floor. */
export async function benchGate(durability: 'disk' | 'process'): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'haltwire-bench-'));
  const begun = performance.now();
  const server = await startServerProcess(join(folder, 'data'), 0, ['--durability', durability]);
  const startedAfter = (performance.now() - begun) * 1000;
  const floor = await openFloor();
  const haltwire = createHaltwire({ endpoint: server.url, key: server.agentKey });
  try {
    const session = haltwire.session({ agent: 'bench' });
    await session.ready();
    const first = await asked(session, 'first');
    for (let i = 0; i < WARM_UP; i += 1) await asked(session, `warm${i}`).then(() => floor.roundTrip());
    const name = `gate, durability ${durability}`;
    const full = await inTurns(session, floor, 0);
    const bare = rowOf(`floor: bare POST -> frame, beside ${durability}`, full.bare);
    const rows: Row[] = [withRatio(rowOf(`${name}, ${ROUNDS * CALLS} calls one after another`, full.gate), bare)];
    if (durability === 'disk') {
      const paced = await inTurns(session, floor, PACE_MS);
      const pacedBare = rowOf('', paced.bare);
      rows[0] = { ...withRatio(rowOf(`${name}, one after another`, full.gate), bare), budget: 5000 };
      rows.push({ ...withRatio(rowOf(`${name}, ${PACE_MS} ms between`, paced.gate), pacedBare), budget: 5000 });
      rows.push({ what: 'gate, first call after the start', p50: first, p99: first });
      rows.push({ what: 'server: spawn -> ready, first start', p50: startedAfter, p99: startedAfter });
      rows.push(...(await benchKill(server)));
    }
    return [...rows, bare];
  } finally {
    await haltwire.close();
    floor.close();
    await server.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function withRatio(row: Row, floor: Row): Row {
  return { ...row, beside: ratios(row, floor, 'the floor') };
}
