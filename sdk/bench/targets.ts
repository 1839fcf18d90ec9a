/**
 * Measures what `resolveTargets: ambientTargets()` adds to a call that asks, on the caller's thread.
 * Run with: node --conditions=@haltwire/source bench/targets.ts [calls]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ambientTargets } from '../src/resolve/index.ts';

const calls = Number(process.argv[2] ?? 20_000);
const home = mkdtempSync(join(tmpdir(), 'haltwire-targets-'));
const cwd = join(home, 'repository', 'apps', 'api');
mkdirSync(cwd, { recursive: true });
mkdirSync(join(home, '.kube'));
mkdirSync(join(home, 'repository', '.git'));
writeFileSync(join(home, 'repository', '.env'), 'DATABASE_URL=postgres://user:pass@db.prod.internal/shop\n');
writeFileSync(join(home, 'repository', '.git', 'HEAD'), 'ref: refs/heads/main\n');
writeFileSync(join(home, 'repository', '.git', 'config'), '[remote "origin"]\n\turl = https://git.acme.io/a/b.git\n');
const contexts = '- context:\n    cluster: c\n  name: prod-eu\n'.repeat(50);
writeFileSync(join(home, '.kube', 'config'), `contexts:\n${contexts}current-context: prod-eu\n`);

const resolve = ambientTargets({ home });
for (const command of ['rm -rf build', 'git push --force', 'npx prisma migrate reset', 'kubectl delete ns billing']) {
  const took = new Float64Array(calls);
  for (let call = -2000; call < calls; call++) {
    const begun = performance.now();
    resolve({ tool: 'shell', arguments: { command }, cwd, env: {} });
    if (call >= 0) took[call] = (performance.now() - begun) * 1000;
  }
  took.sort();
  const at = (share: number): string => (took[Math.floor(share * (calls - 1))] ?? 0).toFixed(1);
  console.log(`${command.padEnd(28)} p50 ${at(0.5)} us, p99 ${at(0.99)} us`);
}
rmSync(home, { recursive: true });
