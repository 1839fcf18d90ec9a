import { UsageError } from '../cli/command.ts';
import { openRecorded, type RecordedFlags } from '../replay/open-recorded.ts';
import { readTime } from '../replay/time-flag.ts';
import { suggestFrom } from './suggest.ts';
import { writePolicy } from './write-policy.ts';

/** Flags of `policy suggest`. */
export interface SuggestFlags extends RecordedFlags {
  readonly tenant?: string | undefined;
  readonly to?: string | undefined;
  readonly 'min-sessions': string;
  readonly 'min-calls': string;
  readonly json: boolean;
}

function readCount(flag: 'min-sessions' | 'min-calls', value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new UsageError(`--${flag} ${value} is no number: give one such as 3.`);
  return Number(value);
}

/** Prints a policy that fits recorded history. Exit code 1 when it would still stop calls that were let pass. */
export async function printSuggestion(flags: SuggestFlags): Promise<number> {
  const range = {
    tenantId: flags.tenant,
    to: readTime('to', flags.to),
    minSessions: readCount('min-sessions', flags['min-sessions']),
    minCalls: readCount('min-calls', flags['min-calls']),
  };
  const log = await openRecorded(flags, { to: range.to, tenantId: range.tenantId });
  try {
    const { policy, reasons, leftOut, badSessions, newlyStopped } = await suggestFrom(log, range);
    if (flags.json) {
      process.stdout.write(`${JSON.stringify({ policy, reasons, leftOut, badSessions, newlyStopped })}\n`);
      return newlyStopped === 0 ? 0 : 1;
    }
    const head = [
      'Suggested from what agents did: calls that were allowed without any finding, and ended well.',
      'Read it before you import it: what is not on a list below will be refused.',
      ...(badSessions === 0
        ? []
        : [`Sessions in which something was denied, killed or violated count for nothing: ${badSessions}.`]),
      ...(leftOut.length === 0 ? [] : ['Not proposed:', ...leftOut.map((text) => `  ${text}`)]),
      ...(newlyStopped === 0 ? [] : [`CAREFUL: calls that were let pass and that this would stop: ${newlyStopped}.`]),
    ];
    process.stdout.write(writePolicy(policy, reasons, head));
    return newlyStopped === 0 ? 0 : 1;
  } finally {
    await log.close();
  }
}
