import { parseKafkaConfig } from '../config/config.ts';
import { openKafkaLog } from '../open-kafka-log.ts';

/**
 * A process that saves snapshots without end until it is killed: many entries each, all with the number of the save.
 * It says on stdout which save begins and which is done.
 *
 * Arguments: settings as JSON, entries per save, number of the first save.
 */
const [settings = '{}', entries = '1', first = '0'] = process.argv.slice(2);
const log = openKafkaLog({ config: parseKafkaConfig(JSON.parse(settings)) });
const { position } = await log.snapshots.load(0);
process.stdout.write(`${JSON.stringify({ loaded: position?.offset ?? null })}\n`);
for (let n = Number(first); ; n += 1) {
  process.stdout.write(`${JSON.stringify({ begun: n })}\n`);
  const value = `${n} ${'x'.repeat(20_000)}`;
  await log.snapshots.save(
    0,
    { partition: 0, offset: n, index: 0 },
    Array.from({ length: Number(entries) }, (_, at) => ({ key: `agent:${at}`, value })),
  );
  process.stdout.write(`${JSON.stringify({ done: n })}\n`);
}
