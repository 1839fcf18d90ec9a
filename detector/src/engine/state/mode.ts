import type { SessionMode } from '@haltwire/schemas';
import { sessionModes } from '@haltwire/schemas';

/** The stricter of two modes; undefined counts as normal. */
export function stricter(a: SessionMode | undefined, b: SessionMode | undefined): SessionMode {
  const one = a ?? 'normal';
  const other = b ?? 'normal';
  return sessionModes.indexOf(one) >= sessionModes.indexOf(other) ? one : other;
}
