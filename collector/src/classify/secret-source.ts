import { findPlaceholders } from '@haltwire/schemas';
import { LIMITS } from './config.ts';
import { cut } from './text.ts';

/** `path:12:` or `path-12-` or `path:` in front of a found line, as grep and rg write it. */
const FOUND_LINE = /^((?:\.{0,2}\/)?[^\s:'"{}]{1,400}?\.?[^\s:'"{}]{0,100})(?::\d+[:-]|-\d+-|:)/;

/**
 * Where the secrets of a result stood: the file that a search's line names, else the first path or URL that the call
 * reads.
 *
 * @example
 * secretSourceOf('scripts/domains.sh:3:TOKEN=hwsecret.…', ['/srv/app']) // 'scripts/domains.sh'
 */
export function secretSourceOf(
  text: string | undefined,
  sources: readonly string[],
  searched: boolean,
): string | undefined {
  if (searched && text !== undefined) {
    for (const line of text.slice(0, LIMITS.resultText).split('\n')) {
      if (findPlaceholders(line).length === 0) continue;
      const path = FOUND_LINE.exec(line)?.[1];
      if (path !== undefined && !path.includes('hwsecret') && /[./]/.test(path)) return cut(path, 512);
    }
  }
  return sources[0];
}
