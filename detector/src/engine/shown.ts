import type { CallEvent } from '@haltwire/schemas';

const CAP = 4000;

function cut(text: string): string {
  // A person must see that there is more than they see.
  return text.length <= CAP ? text : `${text.slice(0, CAP)} … [cut: ${text.length} characters in all]`;
}

/** What exactly would run, redacted, as a person reads it: the command itself, or `tool {arguments}`. */
export function shownOf(event: CallEvent): string {
  const { tool, arguments: args } = event.claimed;
  const name = tool?.name ?? 'unknown tool';
  if (typeof args === 'object' && args !== null && 'command' in args && typeof args.command === 'string') {
    return cut(`${name}: ${args.command}`);
  }
  return cut(`${name} ${JSON.stringify(args ?? {})}`);
}
