import { dirname, isAbsolute, join } from 'node:path';
import { iniSection, textOf } from './settings.ts';
import type { Files, TargetResolver } from './types.ts';

/** The remote and the branch of the repository. */
export const git: TargetResolver = {
  name: 'git',
  concerns: /\b(?:git|gh|glab|hub)\b/,
  resolve({ cwd, files, text }) {
    const root = files.upwards(cwd).at(-1) ?? cwd;
    const folder = gitFolder(root, files);
    if (folder === undefined) return [];
    const head = textOf(files.read(join(folder, 'HEAD'))) ?? '';
    const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
    const shared = textOf(files.read(join(folder, 'commondir')));
    const common = shared === undefined ? folder : isAbsolute(shared) ? shared : join(folder, shared);
    const config = files.read(join(common, 'config')) ?? '';
    const upstream = branch === undefined ? undefined : iniSection(config, `branch "${branch}"`).get('remote');
    const remote = /\bgit (?:push|fetch|pull)(?: -[\w-]+)* (\w[\w.-]{0,60})/.exec(text)?.[1] ?? upstream ?? 'origin';
    const url = iniSection(config, `remote "${remote}"`).get('url');
    if (url === undefined) return [];
    const on = branch === undefined ? 'detached' : `branch ${branch}`;
    return [{ system: 'git', id: `${withoutUser(url)} ${on}`, evidence: `remote ${remote} in .git/config` }];
  },
};

/** `.git` is a folder, or in a worktree a file that names it. */
function gitFolder(root: string, files: Files): string | undefined {
  const path = join(root, '.git');
  if (!files.has(path)) return undefined;
  const named = /^gitdir: (.+)$/m.exec(files.read(path) ?? '')?.[1]?.trim();
  if (named === undefined) return path;
  return isAbsolute(named) ? named : join(dirname(path), named);
}

/** A remote's address without a user, a password or a token. */
function withoutUser(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]{1,20}:\/\/)[^/]*@/i, '$1')
    .replace(/^[^/@:]{1,100}@/, '')
    .slice(0, 400);
}
