import type { AssignmentListener, PartitionAssignment } from '../log.ts';

/** Members of one group in one process share the partitions evenly: `PartitionAssignment` for tests. Not published. */
export class MemoryGroup {
  readonly #partitions: number;
  readonly #members = new Map<symbol, AssignmentListener>();
  readonly #frozen = new Set<symbol>();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** A new member; it takes part once it joins. `freeze` takes it out of the group without its knowing. */
  member(): PartitionAssignment & { freeze(): void; thaw(): void } {
    const id = Symbol('member');
    return {
      join: async (listener) => {
        this.#members.set(id, listener);
        this.#share();
      },
      commit: () => {},
      leave: async () => {
        this.#members.delete(id);
        this.#share();
      },
      freeze: () => {
        this.#frozen.add(id);
        this.#share();
      },
      thaw: () => {
        this.#frozen.delete(id);
        this.#share();
      },
    };
  }

  #share(): void {
    const active = [...this.#members].filter(([id]) => !this.#frozen.has(id));
    const all = Array.from({ length: this.#partitions }, (_, partition) => partition);
    for (const [place, [, listener]] of active.entries())
      listener(all.filter((partition) => partition % active.length === place));
  }
}
