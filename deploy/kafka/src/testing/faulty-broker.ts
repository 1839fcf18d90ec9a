import { afterAll, beforeAll } from 'vitest';
import { freePorts } from '../broker/ports.ts';
import { type FaultyNetwork, startFaultyNetwork } from './faulty-network.ts';
import { useBroker } from './test-broker.ts';

/** A broker for the tests of this `describe` that clients reach only through a network that loses what it is told to. */
export function useFaultyBroker(): { kafka: ReturnType<typeof useBroker>; network: () => FaultyNetwork } {
  let network: FaultyNetwork;
  beforeAll(async () => {
    network = await startFaultyNetwork();
  });
  afterAll(() => network.close());
  const kafka = useBroker(async () => {
    const [port = 0] = await freePorts(1);
    network.target = port;
    return { port, advertisedPort: network.port };
  });
  return { kafka, network: () => network };
}
