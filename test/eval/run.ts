import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { evaluateActions } from './actions/actions.ts';
import { evaluateIncidents } from './incidents/incidents.ts';
import type { Evaluation, Miss } from './support/eval.ts';
import { render } from './support/report.ts';

/** Every evaluation. A new one is one folder and one line here. */
const evaluations: Readonly<Record<string, Evaluation>> = {
  actions: evaluateActions,
  incidents: evaluateIncidents,
};

const usage = `npm run eval -- ${Object.keys(evaluations).join('|')} --data <folder> [--json <file>] [--misses <file>] [--seed <n>] [--quiet]

  --data    folder of the data files; any subset of NAME.<anything>.jsonl.gz
  --json    writes {"metrics": [{"name", "value", "lo", "hi", "n"}]}
  --misses  writes every wrongly answered row as JSON lines: for development; it repeats the data's text
  --seed    of what is generated; default 1
  --quiet   no progress lines
`;

function missesTo(file: string): { write(miss: Miss): void; close(): void } {
  const descriptor = openSync(file, 'w');
  return {
    write: (miss) => void writeSync(descriptor, `${JSON.stringify(miss)}\n`),
    close: () => closeSync(descriptor),
  };
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      json: { type: 'string' },
      misses: { type: 'string' },
      seed: { type: 'string', default: '1' },
      quiet: { type: 'boolean', default: false },
    },
  });
  const evaluation = evaluations[positionals[0] ?? ''];
  if (evaluation === undefined || positionals.length !== 1) {
    process.stderr.write(usage);
    return 2;
  }
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed must be a whole number from 0 on');
  const misses = values.misses === undefined ? undefined : missesTo(values.misses);
  const result = await evaluation({ data: values.data, seed, quiet: values.quiet, onMiss: misses?.write });
  misses?.close();
  const metrics = [...result.metrics, ...(result.details ?? []), ...result.groups].map(
    ({ name, value, lo, hi, n }) => ({
      name,
      value,
      lo,
      hi,
      n,
    }),
  );
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ metrics }, undefined, 1)}\n`);
  process.stdout.write(render(result));
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}
