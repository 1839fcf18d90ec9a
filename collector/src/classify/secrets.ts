import { huntedBy, secretNameIn, secretStore } from '@haltwire/schemas';
import type { Findings } from './findings.ts';

/** Records that a call reads a path: its source, whether it is a secret store, whether its name speaks of secrets. */
export function notePath(findings: Findings, path: string, how: string): void {
  if (secretNameIn(path) !== undefined || huntedBy(path) !== undefined) findings.sensitive = true;
  const store = secretStore(path);
  if (store !== undefined) findings.hunt(`${how} ${path}: ${store}`);
}

/** Records that a call searches for a pattern. */
export function notePattern(findings: Findings, pattern: string, how: string): void {
  if (secretNameIn(pattern) !== undefined) findings.sensitive = true;
  const asked = huntedBy(pattern);
  if (asked !== undefined) findings.hunt(`${how} asks for ${asked}`);
}
