import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadSigningKey, loadVerifyingKey } from './signing-key.ts';
import { createTaskTokens, createTaskTokenVerifier, type TaskTokens } from './task-tokens.ts';

const deployBot = { tenantId: 'default', agentId: 'deploy-bot' };

describe('task tokens', () => {
  let folder: string;
  let path: string;
  let tokens: TaskTokens;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'haltwire-task-'));
    path = join(folder, 'key.json');
    tokens = createTaskTokens(await loadSigningKey(path));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const mint = () => tokens.mint({ agentId: 'deploy-bot', taskId: 'staging', ttlSeconds: 60 });

  test('a token names its task to the verifier, also after a restart', async () => {
    const { token, tokenId } = await mint();
    const later = createTaskTokens(await loadSigningKey(path));
    expect(await later.verify(token, deployBot)).toEqual({
      tokenId,
      tenantId: 'default',
      agentId: 'deploy-bot',
      taskId: 'staging',
    });
  });

  test('the public part alone verifies, and cannot sign', async () => {
    const { d, ...publicPart } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
    const shared = join(folder, 'public.json');
    writeFileSync(shared, JSON.stringify(publicPart));
    const verifier = createTaskTokenVerifier(await loadVerifyingKey(shared));
    expect(await verifier.verify((await mint()).token, deployBot)).toMatchObject({ taskId: 'staging' });
    await expect(loadSigningKey(shared)).rejects.toThrow(/is not a signing key/);
    expect(d).toBeTypeOf('string');
  });

  test('a verifying key that is missing or damaged is named, with its cure, and not quoted', async () => {
    await expect(loadVerifyingKey(join(folder, 'none.json'))).rejects.toThrow(/none\.json is not a key/);
    writeFileSync(path, '{"d":"not-a-key"}');
    await expect(loadVerifyingKey(path)).rejects.not.toThrow(/not-a-key/);
  });

  test('a token of another agent or tenant is worth nothing', async () => {
    const { token } = await mint();
    expect(await tokens.verify(token, { tenantId: 'default', agentId: 'other' })).toBeUndefined();
    expect(await tokens.verify(token, { tenantId: 'acme', agentId: 'deploy-bot' })).toBeUndefined();
  });

  test('a forged, changed, unsigned or expired token is worth nothing', async () => {
    const { token } = await mint();
    const [header = '', body = '', signature = ''] = token.split('.');
    const otherTask = Buffer.from(JSON.stringify({ ...decodeJwt(token), task: 'production' })).toString('base64url');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const stranger = createTaskTokens(await loadSigningKey(join(folder, 'other.json')));
    const forged = (await stranger.mint({ agentId: 'deploy-bot', taskId: 'staging' })).token;
    const key = await loadSigningKey(path);
    const expired = await new SignJWT({ tenant: 'default', task: 'staging' })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setIssuer('haltwire')
      .setAudience('haltwire:task')
      .setSubject('deploy-bot')
      .setJti('x')
      .setExpirationTime(1)
      .sign(key.privateKey);
    for (const bad of [
      `${header}.${otherTask}.${signature}`,
      `${none}.${body}.`,
      forged,
      expired,
      '',
      'garbage',
      'a.b.c',
    ]) {
      expect(await tokens.verify(bad, deployBot)).toBeUndefined();
    }
  });

  test('the signing key is readable by its owner only', () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('a damaged key file is named, with its cure, and not quoted', async () => {
    writeFileSync(path, '{"d":"not-a-key"}');
    await expect(loadSigningKey(path)).rejects.toThrow(/key\.json is not a signing key/);
    await expect(loadSigningKey(path)).rejects.not.toThrow(/not-a-key/);
  });

  test('a wrong request names its field', async () => {
    await expect(tokens.mint({ agentId: 'a', taskId: 't', ttlSeconds: 0 })).rejects.toThrow(/ttlSeconds/);
  });
});
