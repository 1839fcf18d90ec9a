import type { ScriptFile } from '@haltwire/schemas';
import type { Redactor } from '@haltwire/schemas/redact';
import type { Script } from './script-memory.ts';

/** The contract's bounds, and characters of all files of one call together. */
const MAX_SCRIPTS = 16;
const MAX_SCRIPT_CHARS = 65_536;

/** Scripts as they are told: masked, and within the contract's bounds; what does not fit is left out. */
export function shownScripts(scripts: readonly Script[], redactor: Redactor): ScriptFile[] {
  const shown: ScriptFile[] = [];
  let left = MAX_SCRIPT_CHARS;
  for (const { path, text } of scripts) {
    if (shown.length >= MAX_SCRIPTS || text.length > left) continue;
    const masked = redactor.text(text).value.slice(0, MAX_SCRIPT_CHARS).toWellFormed();
    left -= masked.length;
    shown.push({ path: redactor.text(path).value.slice(0, 1024).toWellFormed(), text: masked });
  }
  return shown;
}

/** Hashes by path, for the digest. */
export function hashesOf(scripts: readonly Script[]): Record<string, string> {
  return Object.fromEntries(scripts.map(({ path, hash }) => [path, hash]));
}
