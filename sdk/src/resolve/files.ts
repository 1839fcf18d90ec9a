import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Files } from './types.ts';

const MAX_BYTES = 256 * 1024;
const MAX_CACHED = 64;
/** Parents looked at for the root of a repository. */
const MAX_PARENTS = 24;

interface Cached {
  readonly stamp: string;
  readonly text: string | undefined;
}

/** Files with a memory of what they held: read again when their time, size or inode changed. */
export function cachedFiles(): Files {
  const cache = new Map<string, Cached>();
  const files: Files = {
    read(path) {
      const stamp = stampOf(path);
      if (stamp === undefined) {
        cache.delete(path);
        return undefined;
      }
      const known = cache.get(path);
      if (known?.stamp === stamp) return known.text;
      const text = readText(path);
      cache.delete(path);
      cache.set(path, { stamp, text });
      const oldest = cache.keys().next();
      if (cache.size > MAX_CACHED && oldest.done !== true) cache.delete(oldest.value);
      return text;
    },
    has: (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
    upwards(folder) {
      const chain: string[] = [];
      for (let at = folder; chain.length < MAX_PARENTS; at = dirname(at)) {
        chain.push(at);
        if (hasSafely(join(at, '.git'))) return chain;
        if (dirname(at) === at) break;
      }
      return [folder];
    },
  };
  return { ...files, has: hasSafely };
}

function hasSafely(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Of a regular file that is not too large; a pipe or a device would block. */
function stampOf(path: string): string | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile() || stat.size > MAX_BYTES) return undefined;
    return `${stat.mtimeMs}/${stat.size}/${stat.ino}`;
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    // Azure writes a byte order mark.
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch {
    return undefined;
  }
}
