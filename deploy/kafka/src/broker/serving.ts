import { Kafka, logLevel } from 'kafkajs';
import '../client/quiet-timers.ts';

const PAUSE_MS = 100;

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE_MS);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function serves(bootstrap: string, count: number): Promise<boolean> {
  const kafka = new Kafka({
    clientId: 'haltwire-launcher',
    brokers: [bootstrap],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 2000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    return brokers.length >= count && controller !== null && controller >= 0;
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** Resolves when each address answers, and knows of so many brokers and of a controller. */
export async function waitUntilServing(
  addresses: readonly string[],
  count: number,
  signal: AbortSignal,
): Promise<void> {
  for (const address of addresses) {
    while (!signal.aborted && !(await serves(address, count))) await pause(signal);
  }
}
