/** Somebody who may have something to deliver before the process ends. `flush` must not reject. */
export interface ExitFlusher {
  readonly unsent: number;
  flush(): Promise<void>;
}

const flushers = new Set<ExitFlusher>();

/** Runs when nothing else keeps the process alive; what it starts does, so Node calls it again afterwards. */
function onBeforeExit(): void {
  for (const flusher of flushers) {
    if (flusher.unsent === 0) continue;
    // One attempt each: a process must be able to end though the collector is gone.
    flushers.delete(flusher);
    void flusher.flush();
  }
}

/** Delivers what is unsent when the process runs out of work, for hosts that never call `close()`. Returns the undoing. */
export function flushBeforeExit(flusher: ExitFlusher): () => void {
  if (flushers.size === 0) process.on('beforeExit', onBeforeExit);
  flushers.add(flusher);
  return () => {
    flushers.delete(flusher);
    if (flushers.size === 0) process.off('beforeExit', onBeforeExit);
  };
}
