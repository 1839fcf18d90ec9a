import { connect, createServer, type Server, type Socket } from 'node:net';

/** Kafka's numbers of requests. */
export const API = { produce: 0, fetch: 1 } as const;

/** A real network between client and broker that a test can spoil. */
export interface FaultyNetwork {
  readonly port: number;
  /** Where it leads; set before the first connection. */
  target: number;
  /** Connections that have carried this request go dead from now on: open, and nothing passes. Returns how many. */
  freeze(api: number): number;
  /** The next answer to this request is lost; the connection lives on. Resolves when it was lost. */
  loseAnswer(api: number): Promise<void>;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly broker: Socket;
  readonly seen: Set<number>;
  /** Requests sent whose answers are awaited, in order. */
  readonly asked: number[];
  dead: boolean;
}

/** Cuts a stream into Kafka's frames: a length of four bytes, then so many bytes. */
function frames(onFrame: (frame: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    while (rest.length >= 4 && rest.length >= rest.readInt32BE(0) + 4) {
      const length = rest.readInt32BE(0) + 4;
      onFrame(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  };
}

/** Starts a proxy on a port of its own. It forwards whole frames, so that it knows which request is which. */
export async function startFaultyNetwork(): Promise<FaultyNetwork> {
  const pairs = new Set<Pair>();
  let lose: { readonly api: number; readonly done: () => void } | undefined;
  let target = 0;

  function accept(client: Socket): void {
    const broker = connect(target, '127.0.0.1');
    const pair: Pair = { client, broker, seen: new Set(), asked: [], dead: false };
    pairs.add(pair);
    client.on(
      'data',
      frames((frame) => {
        const api = frame.readInt16BE(4);
        pair.seen.add(api);
        pair.asked.push(api);
        if (!pair.dead) broker.write(frame);
      }),
    );
    broker.on(
      'data',
      frames((frame) => {
        const api = pair.asked.shift();
        if (lose !== undefined && lose.api === api) {
          lose.done();
          lose = undefined;
          return;
        }
        if (!pair.dead) client.write(frame);
      }),
    );
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
  }

  const server: Server = createServer(accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get target() {
      return target;
    },
    set target(port) {
      target = port;
    },
    freeze(api) {
      const carrying = [...pairs].filter(({ seen, dead }) => seen.has(api) && !dead);
      for (const pair of carrying) pair.dead = true;
      return carrying.length;
    },
    loseAnswer: (api) =>
      new Promise((done) => {
        lose = { api, done };
      }),
    async close() {
      for (const { client, broker } of pairs) {
        client.destroy();
        broker.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
