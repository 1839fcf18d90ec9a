/**
 * The stand-in as a process of its own. Takes its options as JSON on stdin (tokens never stand in argv), prints
 * `{"url": …}` when it listens, and ends when stdin closes, so that it never outlives the demo.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { RailwayOptions } from './server.ts';
import { startRailway } from './server.ts';

const input = createInterface({ input: process.stdin });
const [line] = (await once(input, 'line')) as [string];
const railway = await startRailway(JSON.parse(line) as RailwayOptions);
process.stdout.write(`${JSON.stringify({ url: railway.url })}\n`);
input.once('close', () => void railway.close());
