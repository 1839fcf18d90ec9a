import { type Decision, type EventSource, type SnapshotStore, TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { describe, expect, it } from 'vitest';
import type { Output } from '../engine/outputs.ts';
import { silentLogger } from '../logger.ts';
import { Metrics } from '../metrics.ts';
import { call, effect } from '../testing/builders.ts';
import { eventually } from '../testing/replicas.ts';
import { PartitionRunner } from './runner.ts';

const intent = (callId: string) => ({
  key: 'k',
  value: JSON.stringify(call({ callId, derived: { effects: [effect({ verb: 'update' })] } })),
});

/** A source whose reader gets nothing while the gate is shut: an owner that is stopped, or cut off. */
function gated(log: MemoryLog): { source: EventSource; shut(): void; open(): void } {
  let gate = Promise.resolve();
  let open: () => void = () => {};
  return {
    source: {
      partitions: () => log.partitions(),
      end: (topic, partition) => log.end(topic, partition),
      async *read(topic, partition, options) {
        for await (const batch of log.read(topic, partition, options)) {
          await gate;
          yield batch;
        }
      },
    },
    shut() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    open: () => open(),
  };
}

function runnerOn(log: MemoryLog, owner: string, source: EventSource = log, snapshots: SnapshotStore = log) {
  const said: string[] = [];
  const onOutputs = (outputs: readonly Output[]): void => {
    for (const output of outputs) if (output.type === 'verdict') said.push(output.callId);
  };
  const runner = new PartitionRunner({
    source,
    sink: log,
    snapshots,
    partition: 0,
    owner,
    snapshotEvery: 1000,
    recordSessions: true,
    metrics: new Metrics(),
    logger: silentLogger,
    onOutputs,
  });
  return { runner, said };
}

const decided = (log: MemoryLog) => (log.records(TOPIC.decisions) as Decision[]).map(({ callId }) => callId);

describe("a partition's owner", () => {
  it('says nothing of what it replays, and everything that comes after its claim', async () => {
    const log = new MemoryLog();
    await log.append(TOPIC.inputs, [intent('before')]);
    const { runner, said } = runnerOn(log, 'a');
    await runner.start();
    await log.append(TOPIC.inputs, [intent('after')]);
    await eventually(() => said.length > 0);
    expect(said).toEqual(['after']);
    await eventually(() => decided(log).length === 2);
    await runner.stop();
  });

  it('that is cut off while another takes over adds no decision, no session record and no snapshot, and ends', async () => {
    const log = new MemoryLog();
    const line = gated(log);
    const old = runnerOn(log, 'a', line.source);
    await old.runner.start();
    line.shut();
    await log.append(TOPIC.inputs, [intent('c1')]);
    const next = runnerOn(log, 'b');
    await next.runner.start();
    await log.append(TOPIC.inputs, [intent('c2')]);
    await eventually(() => decided(log).length === 2);
    const records = log.entries(TOPIC.sessions).length;
    line.open();
    expect(await old.runner.ended).toBe('fenced');
    await old.runner.stop();
    expect(decided(log)).toEqual(['c1', 'c2']);
    expect(log.entries(TOPIC.sessions)).toHaveLength(records);
    expect(old.runner.live).toBe(false);
    expect(old.said).not.toContain('c2');
    await next.runner.stop();
  });

  it('that is told to stop while it still reads its snapshot takes nothing from the one that follows', async () => {
    const log = new MemoryLog();
    const slow = Promise.withResolvers<void>();
    const late = runnerOn(log, 'a', log, {
      save: log.save.bind(log),
      async load(partition) {
        await slow.promise;
        return log.load(partition);
      },
    });
    const starting = late.runner.start().catch((error: Error) => error.message);
    const stopping = late.runner.stop();
    const good = runnerOn(log, 'b');
    await good.runner.start();
    slow.resolve();
    await Promise.all([starting, stopping]);
    await log.append(TOPIC.inputs, [intent('c1')]);
    await eventually(() => decided(log).length === 1);
    expect(good.runner.live).toBe(true);
    await good.runner.stop();
  });

  it('can be stopped while it starts, and twice', async () => {
    const log = new MemoryLog();
    const { runner } = runnerOn(log, 'a');
    const starting = runner.start().catch((error: Error) => error.message);
    await Promise.all([runner.stop(), runner.stop()]);
    await starting;
    expect(runner.live).toBe(false);
  });
});
