import type { Handler } from '../call.ts';

/** One handler under several names, separated by spaces. */
export function each(names: string, handler: Handler): Readonly<Record<string, Handler>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, handler]));
}
