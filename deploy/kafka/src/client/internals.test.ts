import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';
import { describe, expect, test } from 'vitest';
import {
  createErrorFromCode,
  defaultSocketFactory,
  KafkajsCluster,
  RequestQueueInternals,
  requests,
} from './internals.ts';

describe('the pieces of kafkajs that we lean on', () => {
  test('are those of 2.2.4, the last release', () => {
    const require = createRequire(import.meta.url);
    expect(JSON.parse(readFileSync(require.resolve('kafkajs/package.json'), 'utf8')).version).toBe('2.2.4');
  });

  test('are where they were', () => {
    expect(KafkajsCluster.prototype).toMatchObject({
      connect: expect.any(Function),
      addTargetTopic: expect.any(Function),
      refreshMetadata: expect.any(Function),
      findLeaderForPartitions: expect.any(Function),
      findTopicPartitionMetadata: expect.any(Function),
      findBroker: expect.any(Function),
      findControllerBroker: expect.any(Function),
      getNodeIds: expect.any(Function),
    });
    expect(defaultSocketFactory()).toBeTypeOf('function');
    expect(RequestQueueInternals.prototype.scheduleCheckPendingRequests).toBeTypeOf('function');
    expect(requests.Fetch.protocol({ version: 11 })).toBeTypeOf('function');
    expect(requests.JoinGroup.protocol({ version: 5 })).toBeTypeOf('function');
    expect(requests.SyncGroup.protocol({ version: 3 })).toBeTypeOf('function');
    expect(requests.Heartbeat.protocol({ version: 3 })).toBeTypeOf('function');
    expect(requests.LeaveGroup.protocol({ version: 3 })).toBeTypeOf('function');
    expect(requests.OffsetCommit.protocol({ version: 5 })).toBeTypeOf('function');
    expect(createErrorFromCode(1)).toBeInstanceOf(kafkajs.KafkaJSProtocolError);
    expect(createErrorFromCode(1)).toMatchObject({ type: 'OFFSET_OUT_OF_RANGE' });
  });
});

/** Runs a piece of code in a process of its own, and returns what its user's terminal shows. */
function terminalOf(code: string): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@haltwire/source', '--input-type=module', '--eval', code],
    { encoding: 'utf8' },
  );
  return stdout + stderr;
}

describe('warnings at a user’s terminal', () => {
  const queue = `
    import { createRequire } from 'node:module';
    const RequestQueue = createRequire(${JSON.stringify(import.meta.url)})('kafkajs/src/network/requestQueue');
    const silent = { debug() {}, warn() {}, error() {} };
    const queue = new RequestQueue({ requestTimeout: 1, maxInFlightRequests: null, clientId: 'x', broker: 'x', logger: silent });
    queue.checkPendingRequests();
    // kafkajs plans its next look for ever: nothing but this ends the process.
    setImmediate(() => process.exit());
  `;
  const patch = `await import(${JSON.stringify(fileURLToPath(new URL('./quiet-timers.ts', import.meta.url)))});`;

  test('kafkajs alone warns of its negative timer', () => {
    expect(terminalOf(queue)).toContain('TimeoutNegativeWarning');
  });

  test('with ours it does not', () => {
    expect(terminalOf(`${patch} ${queue}`)).toBe('');
  });

  test('other negative timers are still warned of', () => {
    expect(terminalOf(`${patch} ${queue} setTimeout(() => {}, -5);`)).toContain('TimeoutNegativeWarning');
  });
});
