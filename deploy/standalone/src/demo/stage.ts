import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RailwayProcess, startRailwayProcess } from './processes.ts';
import type { ApiToken } from './railway/tokens.ts';
import { ID } from './railway/world.ts';
import { writeRepository } from './repository.ts';

/** A fresh world for one act: the API as its own process, and a repository to work in. */
export interface Stage {
  readonly railway: RailwayProcess;
  readonly repository: string;
  close(): Promise<void>;
}

/** Tokens of this run: new ones each time, so nothing in the demo is worth stealing. */
export interface DemoTokens {
  readonly domains: string;
  readonly staging: string;
}

export function makeTokens(): DemoTokens {
  return { domains: randomUUID(), staging: randomUUID() };
}

/** As in the real story: the token for domains may do anything; the one for staging lacks the service that is needed. */
function apiTokens({ domains, staging }: DemoTokens): ApiToken[] {
  return [
    { name: 'domains token', secret: domains, environments: 'all', services: 'all' },
    { name: 'staging token', secret: staging, environments: [ID.staging], services: [ID.web] },
  ];
}

export async function openStage(folder: string, name: string, tokens: DemoTokens): Promise<Stage> {
  const root = join(folder, name);
  const repository = join(root, 'pocketos');
  await mkdir(repository, { recursive: true });
  const railway = await startRailwayProcess(apiTokens(tokens), join(root, 'access.jsonl'));
  await writeRepository(repository, tokens, railway.url);
  return { railway, repository, close: () => railway.stop() };
}

/** A folder for everything of one run, gone afterwards. */
export async function withFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'haltwire-demo-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
