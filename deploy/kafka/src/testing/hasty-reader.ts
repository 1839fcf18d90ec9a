import { TOPIC } from '@haltwire/schemas';
import { parseKafkaConfig } from '../config/config.ts';
import { openKafkaLog } from '../open-kafka-log.ts';

/** A process that lets go of readers while they are still connecting, closes the log, and should then end by itself. */
const log = openKafkaLog({ config: parseKafkaConfig(JSON.parse(process.argv[2] ?? '{}')) });
for (let turns = 0; turns < 40; turns += 1) {
  const stop = new AbortController();
  const reader = log.source.read(TOPIC.inputs, 0, { signal: stop.signal })[Symbol.asyncIterator]();
  const next = reader.next();
  await new Promise((resolve) => setTimeout(resolve, turns));
  stop.abort();
  await next;
}
await log.close();
process.stdout.write('closed\n');
