import { MemoryLog } from '@haltwire/schemas/testing';
import { describeLogDriver } from './describe-log-driver.ts';

// The fake that unit tests stand on must keep what the real drivers keep.
describeLogDriver('the log in memory', async () => {
  const log = new MemoryLog();
  return {
    open: async () => {
      log.failing = false;
      const close = async () => {
        log.failing = true;
      };
      return { sink: log, source: log, snapshots: log, close };
    },
    destroy: async () => {},
  };
});
