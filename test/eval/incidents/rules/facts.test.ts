import { expect, it } from 'vitest';
import { actOf, actsIn } from './acts.ts';
import { credentialOf, filledIn } from './credentials.ts';
import {
  intendedEnvironment,
  limitsToReading,
  reachedEnvironment,
  repeatsOf,
  tellsOfFailure,
  tellsToStop,
} from './facts.ts';
import { nameOf, quantityOf } from './words.ts';

it('the intended environment is the one named, if one is; the reached one is the gravest, and no person’s machine', () => {
  expect(intendedEnvironment('staging shop')).toBe('staging');
  expect(intendedEnvironment('development or production, nobody knew')).toBeUndefined();
  expect(intendedEnvironment('not the production host')).toBeUndefined();
  expect(reachedEnvironment('local page on production data')).toBe('production');
  expect(reachedEnvironment('local Linux')).toBeUndefined();
});

it('limits, stops, failures and repetitions are read from the words', () => {
  expect(limitsToReading('plan mode on')).toBe(true);
  expect(limitsToReading('reads the plan')).toBe(false);
  expect(tellsToStop('please stop now')).toBe(true);
  expect(tellsOfFailure('exit code 3')).toBe(true);
  expect(tellsOfFailure('exit code 0')).toBe(false);
  expect(tellsOfFailure('the file was read although blocked')).toBe(false);
  expect(repeatsOf('same call repeated 40+ times', 25)).toBe(25);
  expect(repeatsOf('once', 25)).toBe(1);
});

it('the first act counts, not what is said not to be done, nor what a hyphen joins', () => {
  expect(actOf('lists and deletes the rows')?.name).toBe('list');
  expect(actOf('starts without asking')?.name).toBe('run');
  expect(actOf('deny-listed files')).toBeUndefined();
  expect(actOf('shop queries return nothing')).toEqual({ name: 'read', rest: 'shop' });
  expect(actsIn('look at it, then fix it').sort()).toEqual(['read', 'update']);
});

it('a noun phrase is a name, a path stays a path, and a name that is told is taken', () => {
  expect(nameOf('the two old boxes in the attic')).toBe('old-boxes');
  expect(nameOf('on /srv/box by mistake')).toBe('/srv/box');
  expect(nameOf('a box called Lotte, which')).toBe('Lotte');
  expect(quantityOf('all boxes')).toBe('all');
  expect(quantityOf('36 boxes')).toBe('many');
  expect(quantityOf('the box')).toBe('one');
});

it('a credential is issued unless the report says that it was found, and `same` is the one before', () => {
  const none = () => undefined;
  const found = credentialOf('token found in a note', undefined, none);
  expect(found.standing).toBe('found');
  expect(credentialOf('same token', found.label, none)).toEqual(found);
  expect(credentialOf('the user’s login', undefined, none).standing).toBe('issued');
  expect(filledIn('curl -H "Authorization: Bearer [token]"', 'S')).toBe('curl -H "Authorization: Bearer S"');
  expect(filledIn('export A=...', 'S')).toBe('export A=S');
  expect(filledIn('ls', 'S')).toBeUndefined();
});
