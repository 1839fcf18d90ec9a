import { EVENT, HALTWIRE } from '@haltwire/schemas';
import { expect, test } from 'vitest';
import { ambientTargets } from './resolve/ambient-targets.ts';
import type { TargetQuery } from './resolve/types.ts';
import { folderWith } from './testing/folder.ts';
import { allow } from './testing/scripted-server.ts';
import { openBench, rejectionOf } from './testing/with-server.ts';
import { WARNING } from './warnings.ts';

const token = ['gh', 'p_', 'Zq9vLz0PwT5nRb7YdX2mKc4JhG8sVf3AeU1i'].join('');

test('targets are looked for when a call asks, and go with its intent, masked and bounded', async () => {
  const asked: TargetQuery[] = [];
  const { server, session } = await openBench({
    options: {
      resolveTargets: (query) => {
        asked.push(query);
        return Array.from({ length: 20 }, (_, at) => ({
          resolver: 'ours',
          system: 's'.repeat(100),
          environment: 'production',
          id: `db${at} ${token}`,
          evidence: 'e',
        }));
      },
    },
    script: { judge: (intent) => [allow(intent)] },
    session: { env: { A: 'b' } },
  });
  await session.tool('shell', { command: `deploy --token ${token}` }, () => 1, { cwd: '/srv/app' });
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ tool: 'shell', cwd: '/srv/app', env: { A: 'b' } });
  expect(JSON.stringify(asked[0]?.arguments)).not.toContain(token);
  const sent = String(server.eventsOf(EVENT.intent)[0]?.attributes[HALTWIRE.targets]);
  expect(sent).not.toContain(token);
  const targets = JSON.parse(sent) as Record<string, string>[];
  expect(targets).toHaveLength(16);
  expect(targets[0]).toMatchObject({ resolver: 'ours', environment: 'production', system: 's'.repeat(64) });
});

test('a plain read under a lease never waits for them', async () => {
  let asked = 0;
  const { session } = await openBench({
    options: {
      resolveTargets: () => {
        asked += 1;
        return [];
      },
    },
  });
  await session.tool('shell', { command: 'git status' }, () => 1);
  expect(asked).toBe(0);
});

test('what the function throws is warned about, and the call goes on', async () => {
  const { session, server, warnings } = await openBench({
    options: {
      resolveTargets: () => {
        throw new TypeError('no');
      },
    },
    script: { judge: (intent) => [allow(intent)] },
  });
  expect(await session.tool('shell', { command: 'rm -rf build' }, () => 'ran')).toBe('ran');
  expect(warnings).toMatchObject([{ code: WARNING.callbackFailed }]);
  expect(server.eventsOf(EVENT.intent)[0]?.attributes[HALTWIRE.targets]).toBeUndefined();
});

test('an option that is no function is refused', async () => {
  const wrong = { options: { resolveTargets: 'all' as never } };
  expect(await rejectionOf(openBench(wrong))).toMatchObject({ code: 'HALTWIRE_CONFIG' });
});

test('what the surroundings say goes with the intent when ambientTargets is passed', async () => {
  const cwd = folderWith({ '.env': 'DATABASE_URL=postgres://app:pw-1234@db.prod.internal/shop\n' });
  const { server, session } = await openBench({
    options: { resolveTargets: ambientTargets({ home: cwd }) },
    script: { judge: (intent) => [allow(intent)] },
    session: { cwd, env: {} },
  });
  await session.tool('shell', { command: 'npx prisma migrate reset' }, () => 1);
  expect(JSON.parse(String(server.eventsOf(EVENT.intent)[0]?.attributes[HALTWIRE.targets]))).toEqual([
    {
      resolver: 'database',
      system: 'postgresql',
      environment: 'production',
      id: 'db.prod.internal/shop',
      evidence: 'DATABASE_URL in .env',
    },
  ]);
});
