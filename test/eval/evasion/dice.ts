import { seeded } from '../../src/support/random.ts';
import type { Dice } from './types.ts';

const words = [
  'orders',
  'billing',
  'users',
  'media',
  'main',
  'archive',
  'ledger',
  'staging',
  'events',
  'catalog',
] as const;
const roots = ['/srv', '/var/lib', '/data', '/mnt/share', '/opt/app'] as const;

/** Dice of a seed. */
export function diceOf(seed: number): Dice {
  const random = seeded(seed);
  const pick = <T>(items: readonly [T, ...T[]]): T => items[Math.floor(random() * items.length)] ?? items[0];
  return {
    pick,
    chance: (share) => random() < share,
    word: () => pick(words),
    path: () => `${pick(roots)}/${pick(words)}`,
    hex: (length) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join(''),
  };
}
