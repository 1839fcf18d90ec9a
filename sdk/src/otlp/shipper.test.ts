import { EVENT, HALTWIRE } from '@haltwire/schemas/attributes';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Outbox } from './outbox.ts';
import type { PostOutcome } from './post.ts';
import { Shipper } from './shipper.ts';

interface Attempt {
  readonly seqs: number[];
  readonly settle: (outcome: PostOutcome) => void;
}

/** A collector in memory whose answers the test gives, in whatever order. */
class Wire {
  readonly attempts: Attempt[] = [];
  readonly underWay = new Set<Attempt>();
  readonly durable = new Set<number>();
  /** Numbers in the order in which they were first made durable. */
  readonly order: number[] = [];
  readonly post = (body: string): Promise<PostOutcome> =>
    new Promise((resolve) => {
      const seqs = [...body.matchAll(new RegExp(`"${HALTWIRE.seq}","value":{"intValue":"(\\d+)"`, 'g'))].map((match) =>
        Number(match[1]),
      );
      const attempt: Attempt = { seqs, settle: resolve };
      this.attempts.push(attempt);
      this.underWay.add(attempt);
    });

  /** The collector takes the body; its answer is still on its way. */
  arrive(attempt: Attempt): void {
    for (const seq of attempt.seqs) {
      if (this.durable.has(seq)) continue;
      this.durable.add(seq);
      this.order.push(seq);
    }
  }

  /** The collector takes the body, then its answer arrives, or is lost on the way. */
  answer(attempt: Attempt, outcome: PostOutcome, arrived: boolean): void {
    this.underWay.delete(attempt);
    if (arrived) this.arrive(attempt);
    attempt.settle(outcome);
  }
}

const ok: PostOutcome = { kind: 'ok', rejected: 0, message: '' };
const lost: PostOutcome = { kind: 'retry', afterMs: undefined, message: 'ECONNRESET' };

function bench(wire: Wire) {
  const outbox = new Outbox(10_000);
  const acknowledged: number[] = [];
  const dropped: string[] = [];
  const shipper = new Shipper({
    outbox,
    post: wire.post,
    resource: {},
    flushIntervalMs: 0,
    random: () => 0,
    events: {
      acknowledged: (batch) => acknowledged.push(batch.lastSeq),
      dropped: (_batch, count, reason) => dropped.push(`${count} ${reason}`),
    },
  });
  const record = (size = 10) =>
    outbox.push((seq) => ({ eventName: EVENT.result, time: 0, attributes: { [HALTWIRE.seq]: seq } }), size)?.seq ?? -1;
  return { outbox, shipper, record, acknowledged, dropped };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

type Step =
  | 'record'
  | 'intent'
  | 'retry'
  | { readonly verdict: number }
  | { readonly answer: number; readonly how: 'ok' | 'answer-lost' | 'request-lost' };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>('record', 'record', 'intent', 'intent', 'retry'),
  fc.record({ verdict: fc.nat(3) }),
  fc.record({ answer: fc.nat(3), how: fc.constantFrom('ok', 'answer-lost', 'request-lost') }),
);

test('whatever is recorded, sent, lost and answered in whatever order: the log gets every event once, in order, without a gap', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const wire = new Wire();
      const { outbox, shipper, record } = bench(wire);
      let recorded = 0;
      for (const current of steps) {
        if (current === 'retry') shipper.retryNow();
        else if (current === 'record') {
          record();
          recorded += 1;
          shipper.later();
        } else if (current === 'intent') {
          const seq = record();
          recorded += 1;
          shipper.now(seq);
          await Promise.resolve();
          // An intent goes out with everything before it that is not acknowledged: at once, or with the next free POST.
          const carrying = [...wire.underWay].filter((attempt) => attempt.seqs.includes(seq));
          expect(carrying.length > 0 || wire.underWay.size === 2).toBe(true);
        } else if ('verdict' in current) {
          // The socket is faster than the POST's answer.
          const attempt = [...wire.underWay][current.verdict];
          if (attempt !== undefined) {
            wire.arrive(attempt);
            shipper.proven(attempt.seqs.at(-1) ?? -1);
          }
        } else {
          const attempt = [...wire.underWay][current.answer];
          if (attempt !== undefined) {
            wire.answer(attempt, current.how === 'ok' ? ok : lost, current.how !== 'request-lost');
            await turn();
          }
        }
        expect(wire.underWay.size).toBeLessThanOrEqual(2);
        // What the collector has made durable is a prefix of what was recorded.
        expect(wire.order).toEqual(wire.order.map((_seq, index) => index));
      }
      while (outbox.length > 0) {
        shipper.retryNow();
        await turn();
        for (const attempt of [...wire.underWay]) wire.answer(attempt, ok, true);
        await turn();
      }
      shipper.stop();
      expect(wire.order).toEqual(Array.from({ length: recorded }, (_, index) => index));
      for (const { seqs } of wire.attempts) expect(seqs).toEqual(seqs.map((_seq, index) => (seqs[0] ?? 0) + index));
    }),
    { numRuns: 300 },
  );
});

test('a result is sent before or with the next intent, though it would have waited by itself', async () => {
  const wire = new Wire();
  const { shipper, record } = bench(wire);
  record();
  shipper.later();
  const intent = record();
  shipper.now(intent);
  await Promise.resolve();
  expect(wire.attempts.map((attempt) => attempt.seqs)).toEqual([[0, 1]]);
  shipper.stop();
});

test('an intent does not wait for a POST that hangs; it repeats what that one carries', async () => {
  const wire = new Wire();
  const { shipper, record } = bench(wire);
  shipper.now(record());
  await Promise.resolve();
  shipper.now(record());
  await Promise.resolve();
  shipper.now(record());
  await Promise.resolve();
  expect(wire.attempts.map((attempt) => attempt.seqs)).toEqual([[0], [0, 1]]);
  const second = wire.attempts[1];
  if (second !== undefined) wire.answer(second, ok, true);
  await turn();
  expect(wire.attempts.at(-1)?.seqs).toEqual([2]);
  shipper.stop();
});

test('what a verdict has shown to be durable is not sent again while its POST is under way', async () => {
  const wire = new Wire();
  const { shipper, record, outbox } = bench(wire);
  shipper.now(record());
  await turn();
  shipper.proven(0);
  record();
  shipper.now(record());
  await turn();
  expect(wire.attempts.map((attempt) => attempt.seqs)).toEqual([[0], [1, 2]]);
  for (const attempt of wire.attempts) wire.answer(attempt, lost, false);
  await turn();
  shipper.retryNow();
  await turn();
  // Unanswered is unacknowledged: when both are lost, everything goes again.
  expect(wire.attempts.at(-1)?.seqs).toEqual([0, 1, 2]);
  expect(outbox.length).toBe(3);
  shipper.stop();
});

test('intents of one turn go in one POST', async () => {
  const wire = new Wire();
  const { shipper, record } = bench(wire);
  for (let n = 0; n < 50; n++) shipper.now(record());
  await Promise.resolve();
  expect(wire.attempts.length).toBe(1);
  expect(wire.attempts[0]?.seqs.length).toBe(50);
  shipper.stop();
});

test('while the collector says when to come back, not even an intent is sent', async () => {
  const wire = new Wire();
  const { shipper, record } = bench(wire);
  shipper.now(record());
  await Promise.resolve();
  const [first] = wire.attempts;
  if (first !== undefined) wire.answer(first, { kind: 'retry', afterMs: 60_000, message: '429' }, false);
  await turn();
  shipper.now(record());
  shipper.retryNow();
  await turn();
  expect(wire.attempts.length).toBe(1);
  shipper.stop();
});

test('an event that alone is too large is dropped and counted; the rest goes on', async () => {
  const wire = new Wire();
  const { shipper, record, dropped, acknowledged } = bench(wire);
  for (let n = 0; n < 4; n++) record();
  shipper.now(3);
  const sizes: number[] = [];
  while (acknowledged.length === 0 || acknowledged.at(-1) !== 3) {
    await turn();
    const [attempt] = wire.underWay;
    if (attempt === undefined) continue;
    sizes.push(attempt.seqs.length);
    const tooLarge = attempt.seqs.includes(1);
    wire.answer(attempt, tooLarge ? { kind: 'refused', status: 413, message: '413' } : ok, !tooLarge);
  }
  expect(dropped).toEqual(['1 too-large']);
  expect([...wire.durable].sort()).toEqual([0, 2, 3]);
  expect(sizes[0]).toBe(4);
  shipper.stop();
});

test('a refusal drops nothing while another POST with the same events is under way', async () => {
  const wire = new Wire();
  const { shipper, record, dropped, acknowledged } = bench(wire);
  shipper.now(record());
  await Promise.resolve();
  shipper.now(record());
  await Promise.resolve();
  const [first, second] = wire.attempts;
  if (first === undefined || second === undefined) throw new Error('two POSTs were expected');
  wire.answer(first, { kind: 'refused', status: 400, message: '400' }, false);
  await turn();
  wire.answer(second, ok, true);
  await turn();
  expect(dropped).toEqual([]);
  expect(acknowledged).toEqual([1]);
  shipper.stop();
});
