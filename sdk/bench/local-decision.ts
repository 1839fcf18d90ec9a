/**
 * Measures what the sdk costs a plainly read-only call under a lease, on the caller's thread: from asking to running.
 * Run with: npm run bench -w sdk [-- calls] [--json]
 */
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { CHANNEL, createHaltwire } from '../src/index.ts';

const json = process.argv.includes('--json');
const calls = Number(process.argv.slice(2).find((word) => word !== '--json') ?? 100_000);
// The other end of the wire has a thread and a heap of its own: its garbage is not ours.
const worker = new Worker(new URL('./wire.ts', import.meta.url));
const [endpoint] = (await once(worker, 'message')) as [string];
const haltwire = createHaltwire({ key: 'agent-key', endpoint, flushIntervalMs: 0 });
const session = haltwire.session({ agent: 'bench', cwd: '/work', onKill: () => process.exit(1) });
await session.ready();

const commands = ['git status', 'ls -la src', 'cat src/index.ts', 'grep -rn createHaltwire src', 'wc -l README.md'];
const took = new Float64Array(calls);

let unacknowledged = 0;
let progress: () => void = () => {};
subscribe(CHANNEL.eventsAcknowledged, (message) => {
  unacknowledged -= (message as { count: number }).count;
  progress();
});

async function measure(samples: Float64Array): Promise<void> {
  for (let call = 0; call < samples.length; call++) {
    const command = commands[call % commands.length] ?? 'ls';
    const asked = performance.now();
    await session.tool('shell', { command }, () => {
      samples[call] = performance.now() - asked;
      return 'ok';
    });
    unacknowledged += 3;
    // The background work (sending, renewing) has its turn, as between the calls of a real agent.
    while (call % 100 === 99 && unacknowledged > 600) await new Promise<void>((resolve) => (progress = resolve));
  }
}

await measure(new Float64Array(5000));
await measure(took);
took.sort();
const at = (share: number) => (took[Math.floor(share * (calls - 1))] ?? 0) * 1000;
const what = `local decision under a lease, ${calls} calls`;
if (json) console.log(JSON.stringify([{ what, p50: at(0.5), p99: at(0.99), budget: 50 }]));
else {
  const shares = (
    [
      ['p50', 0.5],
      ['p99', 0.99],
      ['p99.9', 0.999],
      ['max', 1],
    ] as const
  ).map(([name, share]) => `${name} ${at(share).toFixed(1)} us`);
  console.log(`${what}: ${shares.join(', ')}`);
}
await haltwire.close();
await worker.terminate();
