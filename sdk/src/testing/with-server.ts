import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach } from 'vitest';
import { type Runtime, systemRuntime } from '../clock.ts';
import { CHANNEL } from '../diagnostics.ts';
import { createHaltwireOn } from '../haltwire.ts';
import type { Haltwire, HaltwireOptions, HaltwireWarning, Session, SessionOptions } from '../types.ts';
import { type Script, ScriptedServer } from './scripted-server.ts';

/** A session against a scripted server, and what was warned about. */
export interface Bench {
  readonly server: ScriptedServer;
  readonly haltwire: Haltwire;
  readonly session: Session;
  readonly warnings: HaltwireWarning[];
}

export interface BenchOptions {
  readonly script?: Partial<Script>;
  readonly options?: HaltwireOptions;
  readonly session?: Partial<SessionOptions>;
  readonly runtime?: Partial<Runtime>;
  /** Wait for the lease. Default true. */
  readonly ready?: boolean;
}

const open: { haltwire: Haltwire; server: ScriptedServer }[] = [];

afterEach(async () => {
  for (const { haltwire, server } of open.splice(0)) {
    await haltwire.close();
    await server.close();
    if (server.faults.length > 0) throw new Error(`the sdk broke the contract: ${server.faults.join('; ')}`);
  }
});

/** Opens a bench; it is closed after the test. Time limits are short, so that a test that must run into one is quick. */
export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const server = await ScriptedServer.start(options.script);
  const warnings: HaltwireWarning[] = [];
  const haltwire = createHaltwireOn(
    { ...systemRuntime, ...options.runtime },
    {
      key: 'agent-key',
      endpoint: server.endpoint,
      gateTimeoutMs: 300,
      flushIntervalMs: 5,
      onWarning: (warning) => warnings.push(warning),
      ...options.options,
    },
  );
  open.push({ haltwire, server });
  const session = haltwire.session({ agent: 'deploy-bot', cwd: '/work', ...options.session });
  if (options.ready !== false) await session.ready();
  return { server, haltwire, session, warnings };
}

/** What a promise rejected with. Throws when it did not reject. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('the promise was expected to reject');
}

/** Resolves when the sdk knows that so many further events are durable. */
export function acknowledgementOf(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const listen = (message: unknown): void => {
      left -= (message as { count: number }).count;
      if (left > 0) return;
      unsubscribe(CHANNEL.eventsAcknowledged, listen);
      resolve();
    };
    subscribe(CHANNEL.eventsAcknowledged, listen);
  });
}
