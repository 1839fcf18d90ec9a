import { TOPIC } from '@haltwire/schemas';
import { openLog } from 'haltwire';

/**
 * A process that appends without end until it is killed, and says on stdout which appends were answered.
 * Every third append brings a snapshot with it, so that a kill can fall between the two.
 *
 * Arguments: folder of the log, `disk` | `process`, first number.
 */
const [path = '', durability, first = '0'] = process.argv.slice(2);
const log = openLog({ path, durability: durability === 'process' ? 'process' : 'disk' });

async function lane(name: string): Promise<never> {
  for (let n = Number(first); ; n += 1) {
    const entries = Array.from({ length: 1 + (n % 4) }, (_, part) => ({
      key: name,
      value: JSON.stringify({ n, part }),
    }));
    const positions = await log.sink.append(TOPIC.inputs, entries);
    process.stdout.write(`${JSON.stringify({ key: name, n, offset: positions[0]?.offset })}\n`);
    if (n % 3 !== 0) continue;
    const last = positions.at(-1);
    if (last === undefined) throw new Error('an append was answered without positions');
    await log.snapshots.save(0, last, [
      { key: 'one', value: JSON.stringify(last) },
      { key: 'two', value: JSON.stringify(last) },
    ]);
    process.stdout.write(`${JSON.stringify({ snapshot: last.offset })}\n`);
  }
}

await Promise.all(['a', 'b', 'c'].map(lane));
