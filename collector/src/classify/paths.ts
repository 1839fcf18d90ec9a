import { posix } from 'node:path';
import type { Scope } from '@haltwire/schemas';

/** A path as a command names it. */
export interface ResolvedPath {
  /** Absolute; undefined when it hangs on something that is not known. */
  readonly path: string | undefined;
  /** The whole machine, a home folder, a system folder, or what contains the working directory. */
  readonly vast: boolean;
  /** Names a pattern or several things. */
  readonly scope: Scope;
}

const system =
  'bin boot dev etc home lib lib64 opt proc root run sbin srv sys usr var Users Library Applications Windows mnt media data';
const systemFolders: ReadonlySet<string> = new Set(system.split(' ').map((name) => `/${name}`));

/** Home folders: `~`, `~bob`, `/root`, `/home/bob`, `/Users/bob`. */
const HOME = /^(?:~[\w-]*|\/root|\/(?:home|Users)\/[^/]+)$/;
/** A trailing pattern that means everything in the folder. */
const EVERYTHING = /\/(?:\*|\.\*|\{\*,\.\*\}|\*\.\*|\.\[[^\][/]*\]\*)$/;

/**
 * Resolves a path of a command against its working directory. `~` stands for the home folder.
 *
 * @example
 * resolvePath('../*', '/srv/app') // { path: '/srv/*', vast: true, scope: 'all' }
 */
export function resolvePath(text: string, cwd: string | undefined, known = true): ResolvedPath {
  const slashed = /^[A-Za-z]:\\/.test(text) ? text.slice(2).replaceAll('\\', '/') : text;
  const anchored = slashed.startsWith('/') || slashed.startsWith('~');
  const path = anchored || cwd === undefined ? posix.normalize(slashed) : posix.join(cwd, slashed);
  const clean = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const everything = EVERYTHING.test(`/${slashed}`) || /(?:^|\/)\.{1,2}\/?$/.test(slashed);
  const folder = EVERYTHING.test(`/${clean}`) ? clean.slice(0, Math.max(0, clean.lastIndexOf('/'))) || '/' : clean;
  const above = cwd !== undefined && folder !== cwd && `${cwd}/`.startsWith(folder === '/' ? '/' : `${folder}/`);
  const vast = folder === '/' || HOME.test(folder) || systemFolders.has(folder) || above || /^\.\.(?:\/|$)/.test(clean);
  const pattern = /[*?[]/.test(slashed);
  // `/h*`, `/???`: whatever stands at the root.
  const atRoot = pattern && /^\/[^/]*$/.test(clean);
  // `$X/*` is `/*` when the variable is empty.
  const emptied = !known && /^\$\{?\w+\}?\/?\*?$/.test(slashed);
  return {
    path: (anchored || cwd !== undefined) && known ? clean : undefined,
    vast: vast || atRoot || (emptied && slashed.endsWith('*')),
    scope: vast || atRoot || everything ? 'all' : pattern ? 'many' : known ? 'one' : 'unknown',
  };
}

/** Folders that are made again by the next build or install, and scratch space. */
const SCRATCH =
  /(?:^|\/)(?:node_modules|dist|build|out|target|coverage|__pycache__|\.(?:cache|pytest_cache|mypy_cache|next|turbo|venv|tox|parcel-cache|nyc_output))(?:\/|$)|^(?:\/private)?\/(?:var\/)?tmp\/.|^(?:\/private)?\/var\/folders\/.|^\/dev\/shm\/.|(?:^|\/)AppData\/Local\/Temp\/.|\.(?:pyc|pyo|log|tmp|o|swp)$/;

/** Whether a path is by its name scratch: a build product, a cache, something below /tmp. */
export function isScratch(path: string): boolean {
  return SCRATCH.test(path);
}
