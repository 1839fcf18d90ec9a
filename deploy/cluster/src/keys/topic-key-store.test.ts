import { HaltwireError, TOPIC } from '@haltwire/schemas';
import { MemoryLog } from '@haltwire/schemas/testing';
import { hashOfSecret } from '@haltwire/server';
import { describeKeyStore } from '@haltwire/server/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTopicKeyStore, type TopicKeyStore } from './topic-key-store.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const PARTITIONS = 5;

describeKeyStore('on the log', () => {
  const log = new MemoryLog(PARTITIONS);
  return {
    open: () => openTopicKeyStore({ source: log, sink: log, logger: silent }),
    kept: () => Buffer.from(JSON.stringify(partitionsOf(log))),
    clear: () => {},
  };
});

function partitionsOf(log: MemoryLog) {
  return Array.from({ length: PARTITIONS }, (_, partition) => log.entries(TOPIC.keys, partition));
}

describe('stores of keys on one log', () => {
  let log: MemoryLog;
  let here: TopicKeyStore;
  let there: TopicKeyStore;
  let warnings: string[];
  const open = (options: { retryMs?: number; readBackMs?: number; signal?: AbortSignal } = {}) =>
    openTopicKeyStore({
      source: log,
      sink: log,
      logger: { ...silent, warn: (message) => void warnings.push(message) },
      ...options,
    });
  /** Follows what others write: asked until it is so. */
  const untilTrue = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  };
  beforeEach(async () => {
    log = new MemoryLog(PARTITIONS);
    warnings = [];
    here = await open();
    there = await open();
  });
  afterEach(async () => {
    await here.close();
    await there.close();
  });

  test('a key that one makes authenticates at the other, until one of them revokes it', async () => {
    const { secret, info } = await here.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
    await untilTrue(() => there.authenticate(secret) !== undefined);
    expect(there.authenticate(secret)).toMatchObject({ agentId: 'deploy-bot', keyId: info.id });
    expect(there.list()).toEqual(here.list());
    await there.revoke(info.id);
    await untilTrue(() => here.authenticate(secret) === undefined);
    expect(here.list()).toEqual([]);
  });

  test('keys stand in many partitions, each under its hash, and a new store knows all of them at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 40 }, (_, n) => here.create({ kind: 'agent', agentId: `agent-${n}` }, 'mira')),
    );
    const partitions = partitionsOf(log);
    expect(partitions.filter((entries) => entries.length > 0).length).toBeGreaterThan(1);
    expect(new Set(partitions.flat().map(({ key }) => key))).toEqual(
      new Set(made.map(({ secret }) => hashOfSecret(secret))),
    );
    const later = await open();
    for (const { secret, info } of made) expect(later.authenticate(secret)).toMatchObject({ keyId: info.id });
    await later.close();
  });

  test('what is revoked stays in the topic as revoked: nothing is removed, and no late repeat brings it back', async () => {
    const { secret, info } = await here.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
    await here.revoke(info.id);
    const hash = hashOfSecret(secret);
    const records = () => partitionsOf(log).flat();
    expect(records().map(({ removed, value }) => [removed, JSON.parse(value)])).toEqual([
      [undefined, { v: 1, hash, info }],
      [undefined, { v: 1, hash, info, revoked: true }],
    ]);
    await log.append(TOPIC.keys, [{ key: hash, value: records()[0]?.value ?? '' }]);
    const later = await open();
    expect(later.metrics().recordsRead).toBe(3);
    expect(later.authenticate(secret)).toBeUndefined();
    await later.close();
  });

  test('only the newest record of a key needs to be there: the topic is compacted', async () => {
    const gone = await here.create({ kind: 'agent', agentId: 'gone' }, 'mira');
    const kept = await here.create({ kind: 'agent', agentId: 'kept' }, 'mira');
    await here.revoke(gone.info.id);
    const compacted = new MemoryLog(PARTITIONS);
    const newest = new Map(
      partitionsOf(log)
        .flat()
        .map(({ key, value }) => [key, value]),
    );
    await compacted.append(
      TOPIC.keys,
      [...newest].map(([key, value]) => ({ key, value })),
    );
    const later = await openTopicKeyStore({ source: compacted, sink: compacted, logger: silent });
    expect(later.authenticate(gone.secret)).toBeUndefined();
    expect(later.list()).toEqual([kept.info]);
    await later.close();
  });

  test('whatever is made and revoked, and wherever, all stores agree, also one that reads the compacted topic', async () => {
    const steps = fc.array(
      fc.record({ make: fc.boolean(), kind: fc.constantFrom('agent', 'admin'), which: fc.nat(), where: fc.nat(1) }),
      { maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const shared = new MemoryLog(PARTITIONS);
        const openShared = (from = shared) => openTopicKeyStore({ source: from, sink: from, logger: silent });
        const stores = [await openShared(), await openShared()] as const;
        const expected = new Set<string>();
        const count = () => partitionsOf(shared).flat().length;
        for (const { make, kind, which, where } of taken) {
          const store = stores[where] ?? stores[0];
          if (make) {
            const request =
              kind === 'agent'
                ? ({ kind: 'agent', agentId: 'a' } as const)
                : ({ kind: 'person', name: 'p', role: 'admin' } as const);
            expected.add((await store.create(request, 'mira')).info.id);
          } else {
            const id = [...expected][which % Math.max(1, expected.size)] ?? 'none';
            // The last admin stays, and what is not there cannot go: then nothing is written.
            const revoked = await store.revoke(id).then(
              () => true,
              () => false,
            );
            if (revoked) expected.delete(id);
          }
          await untilTrue(() => stores.every(({ metrics }) => metrics().recordsRead === count()));
        }
        const compacted = new MemoryLog(PARTITIONS);
        const newest = new Map(
          partitionsOf(shared)
            .flat()
            .map(({ key, value }) => [key, value]),
        );
        await compacted.append(
          TOPIC.keys,
          [...newest].map(([key, value]) => ({ key, value })),
        );
        const later = await openShared(compacted);
        for (const store of [...stores, later]) {
          expect(new Set(store.list().map(({ id }) => id))).toEqual(expected);
          await store.close();
        }
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    ['is no JSON', () => 'nonsense'],
    ['has another form', (value: string) => value.replace('"v":1', '"v":2')],
    ['is about another key', (value: string) => value.replace(/"hash":"./, '"hash":"x')],
  ])('a record that %s revokes its key, is counted, and says so without showing it', async (_what, spoil) => {
    const { secret } = await here.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
    const [entry] = partitionsOf(log).flat();
    if (entry === undefined) throw new Error('nothing was written');
    await log.append(TOPIC.keys, [{ key: entry.key, value: spoil(entry.value) }]);
    await untilTrue(() => here.metrics().recordsUnreadable === 1);
    expect(here.authenticate(secret)).toBeUndefined();
    expect(warnings.join()).toContain('counts as revoked');
    expect(warnings.join()).not.toContain(entry.key);
  });

  test('a key that somebody removed from the topic is nobody', async () => {
    const { secret } = await here.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
    const [entry] = partitionsOf(log).flat();
    const { partition = 0 } = entry?.position ?? {};
    const writer = await log.takeOver(TOPIC.keys, partition);
    await writer.append([{ key: entry?.key ?? '', value: null }]);
    await untilTrue(() => here.authenticate(secret) === undefined);
  });

  test('while the log is away keys go on authenticating, none is made, and what came meanwhile is read after', async () => {
    const { secret } = await here.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
    log.failing = true;
    await expect(here.create({ kind: 'agent', agentId: 'other' }, 'mira')).rejects.toMatchObject({
      code: 'HALTWIRE_UNAVAILABLE',
    });
    expect(here.authenticate(secret)).toMatchObject({ agentId: 'deploy-bot' });
    log.failing = false;
    const other = await here.create({ kind: 'agent', agentId: 'other' }, 'mira');
    expect(here.authenticate(other.secret)).toMatchObject({ agentId: 'other' });
  });

  test('a log that is away at the start is asked again until it answers', async () => {
    const { secret } = await here.create({ kind: 'agent', agentId: 'deploy-bot' }, 'mira');
    log.failing = true;
    const opening = open({ retryMs: 1 });
    await untilTrue(() => warnings.length > 0);
    log.failing = false;
    const later = await opening;
    expect(later.authenticate(secret)).toMatchObject({ agentId: 'deploy-bot' });
    await later.close();
  });

  test('opening can be given up', async () => {
    const stop = new AbortController();
    await here.create({ kind: 'agent', agentId: 'x' }, 'mira');
    log.failing = true;
    const opening = open({ signal: stop.signal });
    stop.abort();
    await expect(opening).rejects.toMatchObject({ code: 'HALTWIRE_UNAVAILABLE' });
  });

  test('what only a person can mend ends the opening', async () => {
    const refused = new HaltwireError('HALTWIRE_FORBIDDEN', 'grant this user the ACLs');
    const source = { ...sourceOf(log), partitions: () => Promise.reject(refused) };
    await expect(openTopicKeyStore({ source, sink: log, logger: silent })).rejects.toBe(refused);
  });

  test('and ends the following, so that no revocation is missed unnoticed', async () => {
    const refused = new HaltwireError('HALTWIRE_FORBIDDEN', 'grant this user the ACLs');
    const source = {
      ...sourceOf(log),
      // biome-ignore lint/correctness/useYield: it fails at once
      async *read(): AsyncGenerator<never> {
        throw refused;
      },
    };
    const store = await openTopicKeyStore({ source, sink: log, logger: silent });
    await expect(store.following).rejects.toBe(refused);
  });

  test('a record that is not read back in time is an error, not a silent yes', async () => {
    const deaf = {
      ...sourceOf(log),
      read: (...[, , { signal }]: Parameters<MemoryLog['read']>) => untilAborted(signal),
    };
    const store = await openTopicKeyStore({ source: deaf, sink: log, logger: silent, readBackMs: 1 });
    await expect(store.create({ kind: 'agent', agentId: 'x' }, 'mira')).rejects.toThrow(/could not be read back/);
    await store.close();
  });
});

function sourceOf(log: MemoryLog) {
  return {
    partitions: () => log.partitions(),
    end: log.end.bind(log),
    read: log.read.bind(log),
  };
}

async function* untilAborted(signal: AbortSignal): AsyncGenerator<never> {
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
}
