import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from 'haltwire';
import { describeLogDriver } from './describe-log-driver.ts';

for (const durability of ['disk', 'process'] as const) {
  describeLogDriver(`the embedded log, durability ${durability}`, async () => {
    const path = await mkdtemp(join(tmpdir(), 'haltwire-log-'));
    return {
      open: async () => openLog({ path, durability }),
      destroy: () => rm(path, { recursive: true, force: true }),
    };
  });
}
