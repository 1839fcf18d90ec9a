/** What a member says when it joins. */
export interface Claim {
  readonly id: string;
  /** What it worked on last. */
  readonly owned: readonly number[];
  /** The generation that gave it those: of two who claim a partition, the later one had it. */
  readonly generation: number;
}

/** Who had which partition last. */
function lastOwners(members: readonly Claim[]): Map<number, Claim> {
  const owners = new Map<number, Claim>();
  for (const member of members) {
    for (const partition of member.owned) {
      const other = owners.get(partition);
      if (other === undefined || other.generation < member.generation) owners.set(partition, member);
    }
  }
  return owners;
}

/**
 * Shares partitions among members: every one to exactly one, numbers that differ by one at most, and as few moves as
 * that allows. The same input gives the same answer, in whatever order it comes.
 */
export function assignPartitions(members: readonly Claim[], partitions: readonly number[]): Map<string, number[]> {
  const byId = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const owners = lastOwners(byId);
  const kept = new Map<string, number[]>(byId.map(({ id }) => [id, []]));
  const free: number[] = [];
  for (const partition of [...partitions].sort((a, b) => a - b)) {
    const owner = owners.get(partition);
    if (owner === undefined) free.push(partition);
    else kept.get(owner.id)?.push(partition);
  }
  if (byId.length === 0) return kept;

  const fewest = Math.floor(partitions.length / byId.length);
  let more = partitions.length % byId.length;
  // Who holds the most may keep one more than the others. A stable sort: equal ones stay in the order of their ids.
  const shares = [...kept].sort(([, a], [, b]) => b.length - a.length);
  const quotas = shares.map(([id, share]) => {
    const quota = more > 0 ? fewest + 1 : fewest;
    more -= 1;
    free.push(...share.splice(quota));
    return { id, share, quota };
  });
  free.sort((a, b) => a - b);
  for (const { share, quota } of quotas) {
    share.push(...free.splice(0, quota - share.length));
    share.sort((a, b) => a - b);
  }
  return kept;
}
