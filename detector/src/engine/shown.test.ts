import { describe, expect, it } from 'vitest';
import { call } from '../testing/builders.ts';
import { shownOf } from './shown.ts';

const shown = (args: unknown, cwd?: string): string =>
  shownOf(call({ arguments: args, claimed: cwd === undefined ? {} : { cwd } }));

describe('what a person is shown', () => {
  it('is the command as it is', () => {
    expect(shown({ command: 'rm -rf build' })).toBe('shell: rm -rf build');
  });

  it('holds every argument, not the command alone', () => {
    const text = shown({ command: 'ls', stdin: 'rm -rf /srv', env: { X: '1' } });
    expect(text).toContain('rm -rf /srv');
    expect(text).toContain('"X":"1"');
  });

  it('says where it would run', () => {
    expect(shown({ command: 'rm -rf .' }, '/srv/prod')).toContain('/srv/prod');
  });

  it('makes control characters, escapes and direction marks visible', () => {
    const text = shown({ command: 'ls \u001b[2K\u001b]0;x\u0007 \u202e fr\u200b \u009b1A \u2028 \u{e0041} \r' });
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(text).toContain('\\u{1b}[2K');
    expect(text).toContain('\\u{202e}');
    expect(text).toContain('\\u{d}');
  });

  it('shows the end of a long command too, and how much is left out between', () => {
    const text = shown({ command: `echo ${'a'.repeat(50_000)}; rm -rf /srv` });
    expect(text.length).toBeLessThanOrEqual(4096);
    expect(text).toContain('rm -rf /srv');
    expect(text).toMatch(/\d+ characters left out/);
  });
});
