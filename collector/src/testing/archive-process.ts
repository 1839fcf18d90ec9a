import { TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { createArchiver } from '../archive/archiver.ts';
import { openChdb } from './chdb.ts';

/** Archives the same log of `count` records into a chDB folder, and says how far it is: to be killed at any moment. */
const [path = '', count = '0'] = process.argv.slice(2);
const log = new MemoryLog();
const values = Array.from({ length: Number(count) }, (_, n) => ({
  key: 'default/a',
  value: JSON.stringify({ type: 'tick', v: 1, n }),
}));
await log.append(TOPIC.inputs, values);

const client = openChdb(path);
const stop = new AbortController();
const backoff = { firstMs: 1, mostMs: 10 };
const onFailure = (error: unknown): void => console.log(`failure ${error instanceof Error ? error.message : ''}`);
const archiver = createArchiver({ source: log, client, batchRows: 50, lingerMs: 0, backoff, onFailure });
const running = archiver.run(stop.signal);
console.log('started');
for (let rows = -1; ; await new Promise((resolve) => setImmediate(resolve))) {
  const done = archiver.metrics()['archive.rows'] ?? 0;
  if (done !== rows) console.log(`rows ${done}`);
  rows = done;
  const behind = (await archiver.lag()).find((lag) => lag.topic === TOPIC.inputs)?.behind;
  if (behind === 0) break;
}
stop.abort();
await running;
const answer = await client.query({
  query: 'SELECT count() AS rows, uniqExact(offset) AS offsets, max(offset) AS newest FROM haltwire.inputs',
  format: 'JSONEachRow',
});
console.log(`result ${JSON.stringify((await answer.json())[0])}`);
await client.close();
