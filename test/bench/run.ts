import { cpus, loadavg } from 'node:os';
import { benchEngine } from './engine.ts';
import { benchGate } from './gate.ts';

process.stdout.write(
  `node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'} x${cpus().length}, load ${loadavg()[0]?.toFixed(1)}\n\n`,
);
benchEngine();
await benchGate('disk');
await benchGate('process');
