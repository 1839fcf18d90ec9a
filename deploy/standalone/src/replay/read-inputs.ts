import type { LogEntry } from '@haltwire/schemas';
import { createProgress } from './progress.ts';
import type { RecordedLog } from './recorded-log.ts';

/** Reads all inputs up to a log time, with a progress bar in a terminal. `take` gets each in log order of its partition. */
export async function readInputs(
  log: RecordedLog,
  { what, to }: { readonly what: string; readonly to?: number | undefined },
  take: (entry: LogEntry) => void | Promise<void>,
): Promise<void> {
  const progress = createProgress(what, log.total, log.unit);
  try {
    for await (const batch of log.batches(progress.update)) {
      for (const entry of batch) {
        if (to !== undefined && entry.logTime > to) continue;
        const taken = take(entry);
        if (taken !== undefined) await taken;
      }
    }
  } finally {
    progress.clear();
  }
}
