import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeKeyStore } from '@haltwire/server/testing';
import { openKeyStore } from './key-store.ts';

describeKeyStore('on LMDB', () => {
  const path = mkdtempSync(join(tmpdir(), 'haltwire-keys-'));
  return {
    open: async () => openKeyStore(path),
    kept: () => Buffer.concat(readdirSync(path).map((name) => readFileSync(join(path, name)))),
    clear: () => rmSync(path, { recursive: true, force: true }),
  };
});
