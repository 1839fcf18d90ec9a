import { type Decision, type InputRecord, inputRecordSchema, rootKeyOf, TOPIC } from '@haltwire/schemas';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import { arbitraryCallRecord } from '../testing/arbitrary.ts';
import { policyRecord } from '../testing/builders.ts';
import { eventually, type TestReplica, TestReplicas } from '../testing/replicas.ts';

/** What happens to the detectors between two writes. */
const arbitraryEvent = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('write' as const),
      records: fc.array(arbitraryCallRecord, { minLength: 1, maxLength: 8 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom('start' as const, 'stop' as const, 'freeze' as const),
      which: fc.nat(2),
    }),
  },
);

/** Agents of several partitions. */
const agents = ['deploy-bot', 'a', 'b', 'c', 'd'];

function ofAgent(record: InputRecord, agentId: string): InputRecord {
  return record.type === 'call' ? { ...record, agentId, rootAgentId: agentId } : record;
}

/** The decisions of a partition as an engine that was never handed over gives them. */
function judgedAtOnce(replicas: TestReplicas, partition: number): string[] {
  const engine = new Engine();
  return replicas.log
    .entries(TOPIC.inputs, partition)
    .flatMap((entry) =>
      engine
        .process(entry, inputRecordSchema.parse(JSON.parse(entry.value)))
        .flatMap((output) => (output.type === 'decision' ? [JSON.stringify(output.decision)] : [])),
    );
}

it('whoever comes, goes, or is replaced without knowing it: every decision is written once, as if there had been one detector', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryEvent, { minLength: 4, maxLength: 16 }), async (events) => {
      const replicas = new TestReplicas(3);
      const running: TestReplica[] = [
        await replicas.start({ snapshotEvery: 5 }),
        await replicas.start({ snapshotEvery: 5 }),
      ];
      await replicas.log.append(TOPIC.inputs, [{ key: 'default', value: JSON.stringify(policyRecord()) }]);
      let written = 0;
      for (const event of events) {
        if (event.type === 'write') {
          for (const record of event.records) {
            const agentId = agents[written % agents.length] ?? 'a';
            written += 1;
            const key = rootKeyOf({ tenantId: 'default', rootAgentId: agentId });
            await replicas.log.append(TOPIC.inputs, [{ key, value: JSON.stringify(ofAgent(record, agentId)) }]);
          }
        } else if (event.type === 'start') {
          if (running.length < 4) running.push(await replicas.start({ snapshotEvery: 5 }));
        } else {
          const [one] = running.splice(event.which % Math.max(1, running.length), 1);
          if (event.type === 'stop') await one?.stop();
          else one?.freeze();
        }
        // A few turns: hand-overs and judging go on side by side.
        for (let turns = 0; turns < 3; turns += 1) await new Promise(setImmediate);
      }
      if (running.length === 0) running.push(await replicas.start());
      try {
        for (let partition = 0; partition < 3; partition += 1) {
          const written = () => replicas.log.entries(TOPIC.decisions, partition).map(({ value }) => value);
          await eventually(() => {
            const last = replicas.log.entries(TOPIC.inputs, partition).length;
            const expected = judgedAtOnce(replicas, partition);
            return running.some(({ detector }) => detector.partitions.live.includes(partition)) &&
              written().length >= expected.length
              ? last
              : undefined;
          });
          expect(written()).toEqual(judgedAtOnce(replicas, partition));
          const ids = written().map((value) => (JSON.parse(value) as Decision).decisionId);
          expect(new Set(ids).size).toBe(ids.length);
        }
      } finally {
        await replicas.stop();
      }
    }),
    { numRuns: 30 },
  );
}, 120_000);
