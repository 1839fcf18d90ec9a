/** Steps that undo a start. */
export interface Cleanup {
  /** Adds a step that runs before all that were added earlier. */
  add(step: () => unknown): void;
  /** Runs the steps, the last added first, each once, whatever the others do. Rejects when one failed. */
  run(): Promise<void>;
}

/**
 * Gathers the steps that end a process in good order.
 *
 * @example
 * const cleanup = createCleanup();
 * const log = openLog({ path });
 * cleanup.add(() => log.close());
 * await cleanup.run();
 */
export function createCleanup(): Cleanup {
  const steps: (() => unknown)[] = [];
  let running: Promise<void> | undefined;
  return {
    add(step) {
      steps.push(step);
    },
    run() {
      running ??= (async () => {
        const failures: unknown[] = [];
        for (const step of steps.reverse()) {
          try {
            await step();
          } catch (error) {
            failures.push(error);
          }
        }
        if (failures.length > 0) throw new AggregateError(failures, 'the server did not stop cleanly');
      })();
      return running;
    },
  };
}
