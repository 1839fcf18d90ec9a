import type { AnalystMessage } from '@haltwire/schemas';
import { followAnalysts } from '../cli/analyst-stream.ts';
import type { ServerAccess } from '../cli/api-client.ts';

/** Everything that the analysts' stream said so far, and a way to wait for what it will say. */
export interface StreamRecorder {
  readonly messages: readonly AnalystMessage[];
  /** The first message that `pick` accepts, past ones included. Rejects, naming `what`, when it does not come in time. */
  waitFor<T>(pick: (message: AnalystMessage) => T | undefined, what: string): Promise<T>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 20_000;

/** Follows the analysts' stream and keeps it. Resolves once the first snapshot is there. */
export async function recordStream(access: ServerAccess): Promise<StreamRecorder> {
  const messages: AnalystMessage[] = [];
  const watchers = new Set<(message: AnalystMessage) => void>();
  const stop = new AbortController();
  const following = (async () => {
    for await (const message of followAnalysts({ ...access, signal: stop.signal })) {
      messages.push(message);
      for (const watcher of watchers) watcher(message);
    }
  })();
  const recorder: StreamRecorder = {
    messages,
    waitFor(pick, what) {
      for (const message of messages) {
        const picked = pick(message);
        if (picked !== undefined) return Promise.resolve(picked);
      }
      return new Promise((resolve, reject) => {
        const patience = setTimeout(() => {
          watchers.delete(watcher);
          reject(new Error(`waited ${PATIENCE_MS / 1000} s for ${what}`));
        }, PATIENCE_MS);
        // Waiting for nothing must not keep the process.
        patience.unref();
        const watcher = (message: AnalystMessage) => {
          const picked = pick(message);
          if (picked === undefined) return;
          clearTimeout(patience);
          watchers.delete(watcher);
          resolve(picked);
        };
        watchers.add(watcher);
      });
    },
    async stop() {
      stop.abort();
      await following;
    },
  };
  await recorder.waitFor((message) => (message.type === 'snapshot' ? message : undefined), 'the live stream');
  return recorder;
}
