import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { describeWithKafka, useBroker } from '../testing/test-broker.ts';

const SCRIPT = fileURLToPath(new URL('../testing/hasty-reader.ts', import.meta.url));

describeWithKafka('a log that is closed while its readers are still connecting', () => {
  const kafka = useBroker();

  test('leaves no socket open: the process ends by itself', async () => {
    const config = await kafka.topics();
    const args = ['--conditions=@haltwire/source', SCRIPT, JSON.stringify(config)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toBe('closed\n');
  });
});
