import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimerQueue } from './timer-queue.ts';

it('gives keys by time, then name, as a sorted list would, whatever was set and removed before', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), at: fc.option(fc.nat(20), { nil: undefined }) }),
      fc.record({ due: fc.nat(20) }),
    ),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const queue = new TimerQueue();
      const model = new Map<string, number>();
      for (const step of all) {
        if ('due' in step) {
          const due = [...model].filter(([, at]) => at <= step.due);
          due.sort(([keyA, a], [keyB, b]) => a - b || (keyA < keyB ? -1 : 1));
          for (const [key] of due) model.delete(key);
          expect(queue.takeDue(step.due)).toEqual(due.map(([key]) => key));
        } else {
          if (step.at === undefined) model.delete(step.key);
          else model.set(step.key, step.at);
          queue.set(step.key, step.at);
        }
        expect(queue.next()).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
      }
    }),
  );
});
