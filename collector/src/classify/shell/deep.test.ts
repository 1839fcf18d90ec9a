import { parse } from 'unbash';
import { expect, it } from 'vitest';
import { scriptsIn } from './expand.ts';

it('scripts inside of deeply nested arithmetic are found, in order, without a stack that grows with the text', () => {
  const depth = 20_000;
  const script = parse(`echo $((1+${'-a '.repeat(depth)} + $(first) + $(second)))`);
  const found: string[] = [];
  scriptsIn(script.commands[0] as Parameters<typeof scriptsIn>[0], (inner) => {
    found.push(JSON.stringify(inner).includes('first') ? 'first' : 'second');
  });
  expect(found).toEqual(['first', 'second']);
});
