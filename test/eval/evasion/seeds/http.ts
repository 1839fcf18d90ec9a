import type { Dice, HttpSeed } from '../types.ts';

/** Requests that delete. */
export function httpSeeds({ word, hex }: Dice): HttpSeed[] {
  const seed = (kind: string, path: string): HttpSeed => ({
    family: 'http',
    name: `delete ${kind}`,
    benign: false,
    method: 'DELETE',
    host: `api.${word()}.dev`,
    path,
    rpc: `${kind}.delete`,
  });
  return [
    seed('volume', `/v1/volumes/vol_${hex(8)}`),
    seed('database', `/v1/projects/${word()}/databases/${hex(12)}`),
    seed('bucket', `/storage/buckets/${word()}`),
    seed('user', `/admin/users/${hex(6)}`),
  ];
}

/** Requests that do not. */
export function benignHttpSeeds({ word, hex }: Dice): HttpSeed[] {
  const base = { family: 'http', benign: true, host: `api.${word()}.dev` } as const;
  return [
    { ...base, name: 'list volumes', method: 'GET', path: '/v1/volumes?status=deleted', rpc: 'volume.list' },
    { ...base, name: 'get bucket', method: 'GET', path: `/storage/buckets/${word()}`, rpc: 'bucket.get' },
    { ...base, name: 'create volume', method: 'POST', path: '/v1/volumes', rpc: 'volume.create' },
    { ...base, name: 'get user', method: 'GET', path: `/admin/users/${hex(6)}`, rpc: 'user.get' },
  ];
}
