import { loadClassifier } from '@haltwire/collector';
import { createRedactor } from '@haltwire/schemas';
import { expect, test } from 'vitest';
import { warmUp } from './warm-up.ts';

test('the rehearsal goes the whole way: each of its calls is taken in and judged', async () => {
  expect(await warmUp(createRedactor(), await loadClassifier())).toBe(15);
});
