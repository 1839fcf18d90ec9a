import { matchesOf } from './matches.ts';

/** A text with escapes undone, and where each of its characters came from. */
export interface View {
  readonly text: string;
  /** Offset in the original of an offset in `text`. */
  origin(offset: number): number;
}

const percent = /%([0-7][0-9A-Fa-f])/g;
const escapes = /\\(?:u00([0-7][0-9A-Fa-f])|x([0-7][0-9A-Fa-f])|(\/))/g;

/** The readings of a text besides the plain one: percent escapes undone, `\u`, `\x` and `\/` escapes undone. */
export function viewsOf(text: string): View[] {
  return [viewOf(text, percent), viewOf(text, escapes)].filter((view) => view !== undefined);
}

function viewOf(text: string, pattern: RegExp): View | undefined {
  const places: number[] = [];
  const shifts: number[] = [];
  let shift = 0;
  let decoded = '';
  let from = 0;
  for (const match of matchesOf(pattern, text)) {
    const hex = match[1] ?? match[2];
    decoded +=
      text.slice(from, match.index) + (hex === undefined ? '/' : String.fromCharCode(Number.parseInt(hex, 16)));
    from = match.index + match[0].length;
    shift += match[0].length - 1;
    places.push(decoded.length);
    shifts.push(shift);
  }
  if (places.length === 0) return undefined;
  return { text: decoded + text.slice(from), origin: (offset) => offset + shiftAt(places, shifts, offset) };
}

/** The shift of the last escape that ends at or before the offset (binary search). */
function shiftAt(places: readonly number[], shifts: readonly number[], offset: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (shifts[low - 1] as number);
}
