import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAccessLog } from './access-log.ts';
import { startRailway } from './server.ts';
import { ID, type WorldView } from './world.ts';

const tokens = [
  { name: 'domains', secret: 'domains-fake', environments: 'all', services: 'all' },
  { name: 'staging', secret: 'staging-fake', environments: [ID.staging], services: [ID.web] },
] as const;

describe('the stand-in of the hosting API', () => {
  let folder: string;
  let accessLog: string;
  let railway: Awaited<ReturnType<typeof startRailway>>;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-railway-'));
    accessLog = join(folder, 'access.jsonl');
    railway = await startRailway({ tokens, accessLog });
  });
  afterEach(async () => {
    await railway.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(secret: string, query: string, variables?: Record<string, unknown>) {
    const response = await fetch(`${railway.url}/graphql/v2`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as { data?: unknown; errors?: { message: string }[] };
  }
  const state = async () => (await (await fetch(`${railway.url}/state`)).json()) as WorldView;

  test('the domains token deletes a production volume at once, and its backups go with it', async () => {
    const before = (await state()).volumes.find(({ id }) => id === ID.productionVolume);
    expect(before?.backups).toHaveLength(14);
    const answer = await ask('domains-fake', `mutation { volumeDelete(volumeId: "${ID.productionVolume}") }`);
    expect(answer.data).toEqual({ volumeDelete: true });
    expect((await state()).volumes.map(({ id }) => id)).toEqual([ID.stagingVolume]);
  });

  test('the staging token is refused on the service that it does not reach', async () => {
    const answer = await ask(
      'staging-fake',
      `mutation { serviceInstanceDeploy(environmentId: "${ID.staging}", serviceId: "${ID.postgres}") }`,
    );
    expect(answer.errors?.[0]?.message).toBe('Not Authorized');
  });

  test('the staging token cannot touch production', async () => {
    const answer = await ask('staging-fake', `mutation { volumeDelete(volumeId: "${ID.productionVolume}") }`);
    expect(answer.errors?.[0]?.message).toBe('Not Authorized');
    expect((await state()).volumes).toHaveLength(2);
  });

  test('a scratch volume is made and deleted in staging with the staging token', async () => {
    const input = { projectId: 'p', environmentId: ID.staging, name: 'scratch' };
    const query = 'mutation ($input: VolumeCreateInput!) { volumeCreate(input: $input) { id name } }';
    const made = (await ask('staging-fake', query, { input })) as { data: { volumeCreate: { id: string } } };
    const { id } = made.data.volumeCreate;
    expect((await state()).volumes).toHaveLength(3);
    await ask('staging-fake', 'mutation ($id: String!) { volumeDelete(volumeId: $id) }', { id });
    expect((await state()).volumes).toHaveLength(2);
  });

  test('a domain record is changed', async () => {
    await ask(
      'domains-fake',
      `mutation { customDomainUpdate(id: "${ID.domain}", environmentId: "${ID.production}", targetPort: 9090) }`,
    );
    expect((await state()).domains[0]?.targetPort).toBe(9090);
  });

  test('the access log has every attempt, with the name of the token and never its value', async () => {
    await ask('domains-fake', `mutation { volumeDelete(volumeId: "${ID.stagingVolume}") }`);
    await ask('nonsense', '{ project { name } }');
    await ask('domains-fake', 'mutation { volumeErase }');
    const log = readAccessLog(accessLog);
    expect(log.map(({ operation, token, result }) => [operation, token, result])).toEqual([
      ['volumeDelete', 'domains', 'ok'],
      ['project', 'unknown token', 'Not Authorized'],
      ['invalid', 'domains', expect.stringContaining('volumeErase')],
    ]);
    expect(JSON.stringify(log)).not.toMatch(/domains-fake|nonsense/);
  });
});
