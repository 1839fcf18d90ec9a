/** The other end of the wire for benchmarks: answers, and keeps nothing. */
import { parentPort } from 'node:worker_threads';
import { ScriptedServer } from '../src/testing/scripted-server.ts';

const server = await ScriptedServer.start({ keep: false });
parentPort?.postMessage(server.endpoint);
