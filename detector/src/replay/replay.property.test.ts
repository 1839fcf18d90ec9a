import { type Decision, type InputRecord, inputRecordSchema } from '@haltwire/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryStep } from '../testing/arbitrary.ts';
import { Bench, only, policyRecord, storyPolicy } from '../testing/builders.ts';
import { Replay, type ReplayOptions } from './replay.ts';

type Step = { record: InputRecord; waitMs: number };

/** A log as it would stand on disk, with the decisions of each record. */
function recorded(steps: readonly Step[]): { bench: Bench; decisions: Decision[][] } {
  const bench = new Bench();
  const decisions = steps.map(({ record, waitMs }) => {
    bench.wait(waitMs);
    // As the server takes it from the log.
    const read = inputRecordSchema.parse(JSON.parse(JSON.stringify(record)));
    return only(bench.feed(read), 'decision').map(({ decision }) => JSON.parse(JSON.stringify(decision)) as Decision);
  });
  return { bench, decisions };
}

function replayed(steps: readonly Step[], options: ReplayOptions = {}, withDecisions = false) {
  const { bench, decisions } = recorded(steps);
  const replay = new Replay(options);
  const made = bench.log.map(({ entry }, place) => replay.process(entry, withDecisions ? decisions[place] : undefined));
  return { made, decisions, report: replay.report() };
}

const anyLog = fc.array(arbitraryStep, { minLength: 1, maxLength: 60 });
/** Any log of one tenant whose policy stood from the start. */
const logOfOnePolicy = fc
  .array(
    arbitraryStep.filter(({ record }) => record.type !== 'policy'),
    { maxLength: 60 },
  )
  .map((steps): Step[] => [{ record: policyRecord(), waitMs: 0 }, ...steps]);

describe('a replay', () => {
  it('under the recorded policies gives exactly the recorded decisions, byte for byte', () => {
    fc.assert(
      fc.property(anyLog, (steps) => {
        const { made, decisions, report } = replayed(steps, {}, true);
        expect(JSON.stringify(made)).toBe(JSON.stringify(decisions));
        const count = decisions.flat().length;
        expect(report.fidelity).toEqual({ recorded: count, same: count, identical: count });
        expect(report.differences).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('under the same policy, put in front, decides nothing differently', () => {
    fc.assert(
      fc.property(logOfOnePolicy, (steps) => {
        const { report } = replayed(steps, { policy: storyPolicy });
        expect(report.differences).toEqual([]);
        expect(report.silenced).toBe(0);
        expect(report.wouldBe).toEqual(report.was);
      }),
      { numRuns: 300 },
    );
  });

  it('of a policy against itself shows no difference, whatever the record holds', () => {
    fc.assert(
      fc.property(anyLog, (steps) => {
        const { report } = replayed(steps, { policy: storyPolicy, against: storyPolicy });
        expect(report.differences).toEqual([]);
      }),
    );
  });

  it('of two policies shows the mirror image when they change places', () => {
    const other = { ...storyPolicy, agents: {}, tasks: {}, credentials: {} };
    fc.assert(
      fc.property(anyLog, (steps) => {
        const there = replayed(steps, { policy: other, against: storyPolicy }).report;
        const back = replayed(steps, { policy: storyPolicy, against: other }).report;
        expect(back.was).toEqual(there.wouldBe);
        expect(back.wouldBe).toEqual(there.was);
        expect(back.differences.map(({ was, wouldBe }) => [wouldBe, was])).toEqual(
          there.differences.map(({ was, wouldBe }) => [was, wouldBe]),
        );
      }),
    );
  });

  it('tells the same twice', () => {
    fc.assert(
      fc.property(anyLog, (steps) => {
        const options = { policy: { ...storyPolicy, resources: {} } };
        expect(replayed(steps, options).report).toEqual(replayed(steps, options).report);
      }),
    );
  });
});
