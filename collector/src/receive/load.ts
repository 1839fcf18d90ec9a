import type { Limits } from '../config.ts';

/** What is being worked on, over all senders and per sender. */
export interface Load {
  /** Lets a request of an agent in; undefined when there is no place for it. */
  enter(agentKey: string): Place | undefined;
  readonly requests: number;
  /** Decompressed bytes that are held. */
  readonly bytes: number;
}

/** One request's place. */
export interface Place {
  /** Takes room for bytes; false when there is none. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  /** Ends the request and gives back what it still holds. */
  leave(): void;
}

interface Share {
  requests: number;
  bytes: number;
}

/** Counts requests and bytes. One agent may use a share only, so that a flood of one does not close the door to the others. */
export function createLoad(limits: Limits): Load {
  const all: Share = { requests: 0, bytes: 0 };
  const shares = new Map<string, Share>();
  return {
    get requests() {
      return all.requests;
    },
    get bytes() {
      return all.bytes;
    },
    enter(agentKey) {
      const share = shares.get(agentKey) ?? { requests: 0, bytes: 0 };
      if (all.requests >= limits.requests || share.requests >= limits.agentRequests) return undefined;
      shares.set(agentKey, share);
      all.requests += 1;
      share.requests += 1;
      let held = 0;
      const move = (bytes: number): void => {
        held += bytes;
        all.bytes += bytes;
        share.bytes += bytes;
      };
      return {
        take(bytes) {
          if (all.bytes + bytes > limits.heldBytes || share.bytes + bytes > limits.agentHeldBytes) return false;
          move(bytes);
          return true;
        },
        give: (bytes) => move(-bytes),
        leave() {
          move(-held);
          all.requests -= 1;
          share.requests -= 1;
          if (share.requests === 0) shares.delete(agentKey);
        },
      };
    },
  };
}
