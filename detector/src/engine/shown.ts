import type { CallEvent } from '@haltwire/schemas';
import { visible } from './visible.ts';

/** Kept of the beginning and of the end of a long call: what matters may stand at either. */
const HEAD = 2600;
const TAIL = 1300;

function cut(text: string): string {
  const left = text.length - HEAD - TAIL;
  if (left <= 0) return text;
  // A person must see that there is more than they see.
  return `${text.slice(0, HEAD)} … [${left} characters left out] … ${text.slice(-TAIL)}`.toWellFormed();
}

/**
 * What exactly would run, redacted, as a person reads it: the command itself and all that goes with it, or
 * `tool {arguments}`, and where. Nothing in it is invisible.
 */
export function shownOf(event: CallEvent): string {
  if (newest?.event === event) return newest.text;
  const text = render(event);
  newest = { event, text };
  return text;
}

/** The stream's line and the decision show the same event, one after the other. */
let newest: { readonly event: CallEvent; readonly text: string } | undefined;

function render(event: CallEvent): string {
  const { tool, arguments: args, cwd } = event.claimed;
  const name = tool?.name ?? 'unknown tool';
  const where = cwd === undefined ? '' : ` (in ${cwd})`;
  return cut(visible(`${name}${bodyOf(args)}${where}`));
}

function bodyOf(args: unknown): string {
  if (typeof args === 'object' && args !== null && 'command' in args && typeof args.command === 'string') {
    const { command, ...rest } = args;
    return `: ${command}${Object.keys(rest).length === 0 ? '' : ` with ${JSON.stringify(rest)}`}`;
  }
  return ` ${JSON.stringify(args ?? {})}`;
}
