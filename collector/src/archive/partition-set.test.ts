import { describe, expect, test } from 'vitest';
import { createPartitionSet } from './partition-set.ts';

/** Work that ends only when the test says so. */
function recorder() {
  const said: string[] = [];
  const ends = new Map<string, () => void>();
  const starts = new Map<number, number>();
  const work = async (partition: number, signal: AbortSignal): Promise<void> => {
    const turn = (starts.get(partition) ?? 0) + 1;
    starts.set(partition, turn);
    said.push(`begin ${partition}`);
    signal.addEventListener('abort', () => said.push(`stop ${partition}`));
    await new Promise<void>((resolve) => ends.set(`${partition}#${turn}`, resolve));
    said.push(`end ${partition}`);
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { said, ends, work, settle };
}

describe('the set of partitions that are worked on', () => {
  test('begins with what is new and stops what is gone, and nothing else', async () => {
    const { said, ends, work, settle } = recorder();
    const set = createPartitionSet(work);
    set.set([0, 1]);
    await settle();
    set.set([1, 2, 2]);
    await settle();
    expect(said).toEqual(['begin 0', 'begin 1', 'stop 0', 'begin 2']);
    expect(set.partitions()).toEqual([1, 2]);
    for (const end of ends.values()) end();
    await set.close();
  });

  test('never works on a partition twice at a time: what comes back waits for its earlier work', async () => {
    const { said, ends, work, settle } = recorder();
    const set = createPartitionSet(work);
    set.set([0]);
    await settle();
    set.set([]);
    set.set([0]);
    set.set([]);
    set.set([0]);
    await settle();
    expect(said).toEqual(['begin 0', 'stop 0']);
    ends.get('0#1')?.();
    await settle();
    expect(said).toEqual(['begin 0', 'stop 0', 'end 0', 'begin 0']);
    ends.get('0#2')?.();
    await set.close();
  });

  test('is closed when all work has ended, and begins nothing after', async () => {
    const { said, ends, work, settle } = recorder();
    const set = createPartitionSet(work);
    set.set([0, 1]);
    await settle();
    const closed = set.close().then(() => said.push('closed'));
    set.set([5]);
    await settle();
    expect(said).not.toContain('closed');
    for (const end of ends.values()) end();
    await closed;
    expect(said).toEqual(['begin 0', 'begin 1', 'stop 0', 'stop 1', 'end 0', 'end 1', 'closed']);
  });
});
