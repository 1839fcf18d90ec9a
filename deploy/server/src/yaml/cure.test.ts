import { expect, test } from 'vitest';
import { editDistance } from './cure.ts';

test('the distance of two words counts the edits between them', () => {
  expect(editDistance('enviroment', 'environment')).toBe(1);
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('same', 'same')).toBe(0);
});
