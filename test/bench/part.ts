import { benchCluster } from './cluster.ts';
import { benchEngine } from './engine.ts';
import { benchGate } from './gate.ts';
import { benchLog } from './log.ts';
import type { Row } from './report.ts';

const parts: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
  engine: () => benchEngine(),
  'log-disk': () => benchLog('disk'),
  'gate-disk': () => benchGate('disk'),
  'gate-process': () => benchGate('process'),
  cluster: () => benchCluster(),
};

/** One part of the report in a process of its own, so that no part warms or litters another's heap. */
const part = parts[process.argv[2] ?? ''];
if (part === undefined) throw new Error(`which part? ${Object.keys(parts).join(', ')}`);
process.stdout.write(`${JSON.stringify(await part())}\n`);
