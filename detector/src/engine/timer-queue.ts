interface Due {
  readonly at: number;
  readonly key: string;
}

/** Earlier first; at one time by key, so that the order does not depend on how the queue was filled. */
function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.key < b.key);
}

/**
 * One timer per key, the earliest at hand.
 *
 * A binary heap whose outdated entries are dropped when they come up: a hundred thousand open timers cost a record no
 * more than one does.
 */
export class TimerQueue {
  readonly #at = new Map<string, number>();
  #heap: Due[] = [];

  /** Sets or, with undefined, removes the timer of a key. */
  set(key: string, at: number | undefined): void {
    if (at === undefined) {
      this.#at.delete(key);
      return;
    }
    if (this.#at.get(key) === at) return;
    this.#at.set(key, at);
    this.#push({ at, key });
    if (this.#heap.length > 2 * this.#at.size + 64) this.#rebuild();
  }

  /** Time of the earliest timer. */
  next(): number | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#at.get(top.key) === top.at) return top.at;
      this.#pop();
    }
    return undefined;
  }

  /** Takes out all keys whose time has come, earliest first. */
  takeDue(now: number): string[] {
    const keys: string[] = [];
    for (let at = this.next(); at !== undefined && at <= now; at = this.next()) {
      const due = this.#pop();
      if (due === undefined) break;
      this.#at.delete(due.key);
      keys.push(due.key);
    }
    return keys;
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let place = heap.push(due) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !before(due, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = due;
  }

  #pop(): Due | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (a === undefined) break;
      const [child, at] = b !== undefined && before(b, a) ? [b, left + 1] : [a, left];
      if (!before(child, last)) break;
      heap[place] = child;
      place = at;
    }
    heap[place] = last;
    return top;
  }

  #rebuild(): void {
    this.#heap = [...this.#at].map(([key, at]) => ({ at, key })).sort((a, b) => (before(a, b) ? -1 : 1));
  }
}
