import type { Detector } from '@haltwire/detector';
import type { Readiness } from '@haltwire/server';
import type { History } from '../history/history.ts';

/** Ready when calls are judged. The history is told of, and waits for nobody. */
export function readinessOf(detector: Detector, history: History): () => Promise<Readiness> {
  return async () => ({
    ready: detector.live,
    detector: detector.live ? 'following the log' : 'not following the log: calls are refused',
    history: history.state,
    historyLag: await history.lag().catch(() => undefined),
  });
}
