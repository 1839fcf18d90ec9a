import type { Redirection } from 'unbash';
import { LIMITS } from '../config.ts';
import type { EffectDraft } from '../impact.ts';
import { resolvePath } from '../paths.ts';
import { notePath } from '../secrets.ts';
import { expandToText, type OnScript, scriptsIn } from './expand.ts';
import type { Shell } from './state.ts';

const DEVICE = /^\/dev\/(?:sd|hd|vd|xvd|nvme|disk|mmcblk|mapper|mem|md)/;

/** Places that a redirection may write to without changing anything. */
const SINK = /^\/dev\/(?:null|stdout|stderr|tty|fd\/\d+)$|^&?\d+-?$|^-$/;

/**
 * Records what redirections write and read.
 *
 * `alone`: no command writes anything, so that `> file` only empties it.
 */
export function noteRedirects(
  redirects: readonly Redirection[],
  shell: Shell,
  onScript: OnScript,
  alone = false,
): void {
  if (redirects.length > LIMITS.redirects) shell.findings.unread('more redirections than are read');
  for (const redirect of redirects.slice(0, LIMITS.redirects)) {
    if (redirect.type === 'HereDoc') {
      scriptsIn(redirect.body, onScript);
      continue;
    }
    const { target } = redirect;
    if (target === undefined) continue;
    const { value, known } = expandToText(target, shell, onScript);
    if (redirect.type === 'HereString' || value === '' || SINK.test(value)) continue;
    if (redirect.operator === '<') noteRead(value, known, shell);
    else if (redirect.operator !== '<&') noteWrite(value, known, alone ? 'alone' : redirect.operator, shell);
  }
}

function noteRead(value: string, known: boolean, { findings, cwd, trail }: Shell): void {
  const { path } = resolvePath(value, cwd, known);
  findings.source(path ?? value);
  notePath(findings, path ?? value, 'reads');
  const evidence = `shell: ${trail}< ${value}`;
  findings.add({
    verb: 'read',
    resource: 'file',
    system: 'filesystem',
    target: { id: value, path },
    evidence,
    confidence: 1,
  });
}

/** Records a write to a path: `alone` empties it, `>>` adds to it, else it replaces what is there. */
export function noteWrite(value: string, known: boolean, operator: string, { findings, cwd, trail }: Shell): void {
  const { path, scope, vast } = resolvePath(value, cwd, known);
  const device = DEVICE.test(path ?? value);
  findings.add({
    verb: device ? 'delete' : 'update',
    resource: device ? 'device' : 'file',
    system: 'filesystem',
    target: { id: value, path },
    scope: device || vast ? 'all' : scope,
    ...(device ? {} : harmOf(operator, path ?? value)),
    evidence: `shell: ${trail}redirection ${operator === 'alone' ? '>' : operator} ${value}`,
  });
}

/** Emptying a file loses it; appending loses nothing; what the machine or a login reads is worse to change. */
export function harmOf(operator: string, path: string): Pick<EffectDraft, 'destructiveness' | 'reversibility'> {
  if (operator === 'alone') return { destructiveness: 0.6, reversibility: 'irreversible' };
  const guarded =
    /^\/(?:etc|boot|usr|lib|proc|sys|bin|sbin|dev)\/|(?:^|\/)(?:\.git\/|authorized_keys|\.bashrc|\.zshrc|\.profile|\.ssh\/)/.test(
      path,
    );
  if (guarded) return { destructiveness: 0.6, reversibility: 'recoverable' };
  return operator === '>>' || operator === '&>>' ? { destructiveness: 0.1 } : { destructiveness: 0.3 };
}
