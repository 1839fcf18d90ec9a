import { execFile } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kafkaAvailable } from '@haltwire/kafka/broker';
import { type Row, table } from './report.ts';

const kafka = kafkaAvailable();
if (!kafka.available) process.stderr.write(`over Kafka: left out, because ${kafka.reason}\n`);

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

async function rowsOf(file: string, ...args: string[]): Promise<Row[]> {
  const { stdout } = await run(process.execPath, ['--conditions=@haltwire/source', join(root, file), ...args]);
  return JSON.parse(stdout) as Row[];
}

const load = (): string => loadavg()[0]?.toFixed(2) ?? 'unknown';
const begun = performance.now();
const before = load();
const rows = [
  ...(await rowsOf('sdk/bench/local-decision.ts', '--json')),
  ...(await rowsOf('test/bench/part.ts', 'gate-disk')),
  ...(await rowsOf('test/bench/part.ts', 'log-disk')),
  ...(await rowsOf('test/bench/part.ts', 'gate-process')),
  ...(await rowsOf('test/bench/part.ts', 'engine')),
  ...(kafka.available ? await rowsOf('test/bench/part.ts', 'cluster') : []),
  ...(await rowsOf('collector/bench/classify.ts', '--json')),
];
process.stdout.write(
  `node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'} x${cpus().length}, load ${before} before, ${load()} after, ` +
    `${((performance.now() - begun) / 1000).toFixed(0)} s\n` +
    'Warm: 100 calls before the gate is timed, a round before the others. Times depend on the machine; trust the ratios.\n\n' +
    `${table(rows)}`,
);
