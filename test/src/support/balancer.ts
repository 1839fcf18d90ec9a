import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What stands in front of several replicas of a role. */
export interface Balancer {
  readonly url: string;
  /** Ports that take connections, tried in turn. */
  ports: readonly number[];
  close(): Promise<void>;
}

/** A plain TCP balancer: each connection goes to the next replica that takes it. It knows nothing of what passes through. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>();
  let turn = 0;
  const balancer = { ports };

  function forward(client: Socket, tries: number): void {
    const { length } = balancer.ports;
    const port = balancer.ports[turn % Math.max(1, length)];
    turn += 1;
    if (port === undefined || tries >= length) {
      client.destroy();
      return;
    }
    const server = connect(port, '127.0.0.1');
    let taken = false;
    server.once('connect', () => {
      taken = true;
      client.pipe(server).pipe(client);
    });
    server.on('error', () => {
      if (taken) client.destroy();
      else forward(client, tries + 1);
    });
    server.on('close', () => taken && client.destroy());
    client.on('close', () => server.destroy());
  }

  const listener = createServer({ pauseOnConnect: false }, (client) => {
    open.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => open.delete(client));
    client.setNoDelay(true);
    forward(client, 0);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return Object.assign(balancer, {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      for (const socket of open) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  });
}
