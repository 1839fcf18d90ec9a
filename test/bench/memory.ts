import { growthOf, memoryRun } from '../src/support/memory-run.ts';

/**
 * The heap over many calls, after garbage is collected: it must stay flat.
 *
 * node --conditions=@haltwire/source test/bench/memory.ts [calls, default 10,000,000] [calls between two samples]
 */
const calls = Number(process.argv[2] ?? 10_000_000);
const every = Number(process.argv[3] ?? Math.max(1, Math.floor(calls / 10)));
const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(2);

console.log('     calls  heap MiB  external MiB');
const samples = await memoryRun(calls, every, ({ calls: done, heapBytes, externalBytes }) =>
  console.log(`${String(done).padStart(10)}${mib(heapBytes).padStart(10)}${mib(externalBytes).padStart(14)}`),
);
console.log(`grown by ${mib(growthOf(samples))} MiB from the first sample to the last`);
