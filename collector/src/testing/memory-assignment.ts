import type { AssignmentListener, PartitionAssignment, Position } from '@haltwire/schemas';

/** Shares partitions among those who joined, as a consumer group does. In memory, for tests. */
export class MemoryGroup {
  /** The last position committed for each partition. */
  readonly committed = new Map<number, Position>();
  readonly #partitions: number;
  readonly #members = new Map<symbol, AssignmentListener>();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** A new member's view; it takes part from `join` to `leave`. */
  member(): PartitionAssignment {
    const member = Symbol('member');
    return {
      join: async (listener) => {
        this.#members.set(member, listener);
        this.#share();
      },
      commit: (partition, position) => {
        this.committed.set(partition, position);
      },
      leave: async () => {
        this.#members.delete(member);
        this.#share();
      },
    };
  }

  /** How many take part. */
  get size(): number {
    return this.#members.size;
  }

  /** Gives every partition to the next member. */
  rotate(): void {
    const [first] = this.#members;
    if (first === undefined) return;
    this.#members.delete(first[0]);
    this.#members.set(...first);
    this.#share();
  }

  #share(): void {
    const members = [...this.#members.values()];
    for (const [place, listener] of members.entries()) {
      const all = Array.from({ length: this.#partitions }, (_, partition) => partition);
      listener(all.filter((partition) => partition % members.length === place));
    }
  }
}
