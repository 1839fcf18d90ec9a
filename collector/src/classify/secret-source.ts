import { findPlaceholders } from '@haltwire/schemas';
import { LIMITS } from './config.ts';
import { cut } from './text.ts';

/** `path:12:` or `path-12-` or `path:` in front of a found line, as grep and rg write it. */
const FOUND_LINE = /^((?:\.{0,2}\/)?[^\s:'"{}]{1,500}?)(?::\d+[:-]|-\d+-|:)/;

/**
 * Where each secret of a search's result stood, by fingerprint: the file that its line names.
 *
 * @example
 * searchedSources('scripts/domains.sh:3:TOKEN=hwsecret.…').get('hwf_…') // 'scripts/domains.sh'
 */
export function searchedSources(text: string): Map<string, string> {
  const sources = new Map<string, string>();
  for (const line of text.slice(0, LIMITS.resultText).split('\n')) {
    const secrets = findPlaceholders(line);
    if (secrets.length === 0) continue;
    const path = FOUND_LINE.exec(line)?.[1];
    if (path === undefined || path.includes('hwsecret') || !/[./]/.test(path)) continue;
    for (const { fingerprint } of secrets) if (!sources.has(fingerprint)) sources.set(fingerprint, cut(path, 512));
  }
  return sources;
}
