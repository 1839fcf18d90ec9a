/** Runs what it is given one after the other. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Makes a queue of one: what is checked in a turn still holds when the turn writes.
 *
 * @example
 * const inTurn = createInTurn();
 * await inTurn(async () => { check(); await write(); });
 */
export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  };
}
