import { UsageError } from '../cli/command.ts';

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A moment from a flag: ISO 8601 (`2026-04-12`, `2026-04-12T10:00:00Z`), or so long ago (`30m`, `2h`, `7d`). In ms since epoch.
 *
 * Throws `UsageError` naming the flag.
 */
export function readTime(flag: string, value: string | undefined, now: number = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  const ago = /^(\d+)([mhd])$/.exec(value);
  if (ago !== null) return now - Number(ago[1]) * UNITS[ago[2] as keyof typeof UNITS];
  const time = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time))
    throw new UsageError(
      `--${flag} ${value} is no time: give one such as 2026-04-12T10:00:00Z, or 2h for so long ago.`,
    );
  return time;
}
