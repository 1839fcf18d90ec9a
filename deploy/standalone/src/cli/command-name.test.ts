import { expect, test } from 'vitest';
import { commandName } from './command-name.ts';

test.each([
  [{}, 'haltwire'],
  [{ npm_lifecycle_event: 'haltwire' }, 'npm run haltwire --'],
  [{ npm_lifecycle_event: 'npx' }, 'npx haltwire'],
])('started with %j, hints name the command %s', (env, name) => {
  expect(commandName(env)).toBe(name);
});
