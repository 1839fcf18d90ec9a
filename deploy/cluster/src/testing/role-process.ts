/**
 * A role as a process of its own, over a log in memory: told by its argument how to behave, it says on stdout what happens.
 * `plain`; `hang` never ends its stopping step and has 1 s for it, `hang-long` a minute; `slow-start` waits in its start until it is asked to end; `fail` fails.
 */
import { MemoryLog } from '@haltwire/schemas/testing';
import { runRoleProcess } from '../role/run-role-process.ts';
import { startRole } from '../role/start-role.ts';
import { memoryRoleLog, testConfig } from './memory-role-log.ts';

const [behaviour = 'plain'] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

process.exitCode = await runRoleProcess({
  shutdownSeconds: behaviour === 'hang' ? 1 : 60,
  start: (signal) =>
    startRole(
      {
        name: behaviour,
        async start(host) {
          // Something that keeps the process alive whatever else ends.
          const alive = setInterval(() => {}, 60_000);
          host.onStopped(() => clearInterval(alive));
          host.onStopping(() => say('stopping'));
          if (behaviour === 'slow-start') {
            say('starting');
            await new Promise<void>((resolve) => host.stopping.addEventListener('abort', () => resolve()));
          }
          if (behaviour.startsWith('hang')) {
            host.onStopping(() => {
              say('hanging');
              return new Promise(() => {});
            });
          }
          if (behaviour === 'fail') host.run('work', () => Promise.reject(new Error('the work failed')));
        },
      },
      testConfig(),
      { signal, openLog: () => memoryRoleLog(new MemoryLog(), () => say('log closed')) },
    ),
  onStarted: () => say('started'),
});
