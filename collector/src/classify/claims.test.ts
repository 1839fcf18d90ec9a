import type { ResolvedTarget } from '@haltwire/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { impactOf } from './impact.ts';
import { loadClassifier } from './index.ts';
import type { ClassifyInput } from './types.ts';

const { classify } = await loadClassifier();
const derive = (command: string, more: Partial<ClassifyInput> = {}) =>
  classify({
    phase: 'intent',
    tool: { name: 'bash' },
    arguments: { command },
    cwd: '/srv/app',
    credentials: [],
    ...more,
  });
const grave = (command: string, more: Partial<ClassifyInput> = {}) =>
  Math.max(...derive(command, more).effects.map(impactOf));

describe('files that a session wrote', () => {
  const script = (text: string, path = '/srv/app/go.sh') => ({ files: { [path]: text } });

  it.each([
    ['sh go.sh', script('rm -rf /srv/data')],
    ['./go.sh', script('#!/bin/bash\nrm -rf /srv/data')],
    ['. ./go.sh', script('rm -rf /srv/data')],
    ['chmod +x go.sh && ./go.sh', script('rm -rf /srv/data')],
    ['cd bin && ./go.sh', script('rm -rf /srv/data', '/srv/app/bin/go.sh')],
    ['bash outer.sh', { files: { '/srv/app/outer.sh': 'bash inner.sh', '/srv/app/inner.sh': 'rm -rf /srv/data' } }],
    ['python3 x.py', script("import shutil\nshutil.rmtree('/srv/data')", '/srv/app/x.py')],
    ['node x.mjs', script("fs.rmSync('/srv/data', { recursive: true })", '/srv/app/x.mjs')],
    ['psql -f x.sql', script('drop database app', '/srv/app/x.sql')],
    ['psql < x.sql', script('drop database app', '/srv/app/x.sql')],
    [
      'curl https://api.test/graphql -d @q.json',
      script('{"query":"mutation { volumeDelete(volumeId: \\"v\\") }"}', '/srv/app/q.json'),
    ],
  ])('are looked into by %s', (command, more) => {
    expect(grave(command)).toBeLessThan(0.5);
    expect(grave(command, more)).toBeGreaterThanOrEqual(0.5);
  });

  it('add to what the call does and take nothing away, whatever they are said to hold', () => {
    const texts = fc.constantFrom('', 'ls', 'echo hi', 'rm -rf /srv/x', 'select 1', 'exit 0', '"', 'drop table a');
    const commands = fc.constantFrom(
      'sh go.sh',
      './go.sh',
      'cat go.sh | sh',
      'psql -f go.sh',
      'python3 go.sh',
      'curl https://x.test -d @go.sh',
      'rm go.sh',
      'cp go.sh a; sh a',
    );
    fc.assert(
      fc.property(commands, texts, (command, text) => {
        const bare = derive(command);
        const shown = derive(command, script(text));
        expect(shown.effects).toEqual(expect.arrayContaining(bare.effects));
        expect(shown.opaque === undefined).toBe(bare.opaque === undefined && shown.opaque === undefined);
        expect(shown.readOnly && !bare.readOnly).toBe(false);
      }),
    );
  });
});

describe('targets that lie around a call', () => {
  const kubernetes = (environment: string): ResolvedTarget => ({
    resolver: 'kubernetes',
    system: 'kubernetes',
    environment,
    evidence: 'current context in .kube/config',
  });

  it('name the environment of an effect that does not, and say who told', () => {
    const [effect] = derive('kubectl delete ns shop', { targets: [kubernetes('production')] }).effects;
    expect(effect?.target.environment).toBe('production');
    expect(effect?.evidence).toMatch(/kubectl delete ns shop; production says kubernetes: current context/);
  });

  it('never speak over the call itself, nor for another system, nor does a harmless one hide a graver one', () => {
    const environments = (command: string, targets: readonly ResolvedTarget[]) =>
      derive(command, { targets }).effects.map(({ target }) => target.environment);
    const railway = { ...kubernetes('production'), system: 'railway' };
    const tool = { name: 'mcp__railway__volume_delete' };
    const args = { volumeId: 'v', environment: 'staging' };
    expect(derive('', { tool, arguments: args, targets: [railway] }).effects[0]?.target.environment).toBe('staging');
    expect(environments('rm -rf /srv/x', [kubernetes('production')])).toEqual([undefined]);
    expect(environments('kubectl delete ns shop', [kubernetes('test'), kubernetes('production')])).toEqual([
      'production',
    ]);
  });

  it('make nothing milder', () => {
    const bare = derive('kubectl delete ns shop');
    const told = derive('kubectl delete ns shop', { targets: [kubernetes('development')] });
    expect(told.effects.map(impactOf)).toEqual(bare.effects.map(impactOf));
  });
});
