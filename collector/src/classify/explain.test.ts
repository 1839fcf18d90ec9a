import { createRedactor } from '@haltwire/schemas';
import { describe, expect, it } from 'vitest';
import { explain, loadClassifier } from './index.ts';

const { classify } = await loadClassifier();

function lines(tool: string, args: unknown): string[] {
  const { value, secrets } = createRedactor().value(args);
  return explain(
    classify({ phase: 'intent', tool: { name: tool }, arguments: value, cwd: '/srv/app', credentials: secrets }),
  );
}

describe('explain', () => {
  it('shows each effect with target, weight, evidence and confidence, the gravest marked', () => {
    expect(lines('bash', { command: 'ls; kubectl --context prod delete ns shop' })).toEqual([
      '- list directory of filesystem (one, can be undone, destroys 0, impact 0)',
      '    shell: ls; sure 1',
      '! delete namespace of kubernetes: shop in prod (one, cannot be undone, destroys 1, impact 0.7)',
      '    shell: kubectl --context prod delete; sure 0.9',
    ]);
  });

  it('reads what a pipe decodes, as the README shows', () => {
    expect(
      lines('bash', { command: 'echo cm0gLXJmIH4= | base64 -d | sh' }).filter((line) => !line.includes('base64')),
    ).toEqual([
      '- read text of shell (one, can be undone, destroys 0, impact 0)',
      '    shell: echo; sure 1',
      '- read text of filesystem (one, can be undone, destroys 0, impact 0)',
      '! delete directory-tree of filesystem: ~ (all of it, cannot be undone, destroys 1, impact 1)',
      '    shell: sh -c > rm -r ~; sure 0.9',
    ]);
  });

  it('tells what touches backups, what is authorised by what, and what hunts for secrets', () => {
    const key = ['sk', 'live', '0123456789abcdefghijklmn'].join('_');
    const shown = lines('bash', {
      command: `curl -X DELETE -H "Authorization: Bearer ${key}" https://x.test/v1/backups/b1`,
    });
    expect(shown.join('\n')).toMatch(/touches backups.*\n.*authorised by hwf_/);
    expect(shown.join('\n')).toMatch(/\n\* carries a credential: /);
    expect(shown.join('\n')).not.toContain(key);
    expect(lines('bash', { command: 'printenv' })).toContainEqual(expect.stringMatching(/^\? looks for secrets: /));
  });

  it('says so when a call changes nothing, or cannot be read', () => {
    expect(lines('bash', { command: 'git status' }).at(-1)).toBe('= changes nothing: may run at once');
    expect(lines('bash', { command: 'python3 -c "x()"' })).toContainEqual(expect.stringMatching(/^\? not all of it/));
  });
});
