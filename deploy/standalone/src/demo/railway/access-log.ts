import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** One request as the API saw it: who (by the token's name), what, and how it ended. */
export interface AccessLogLine {
  readonly time: string;
  readonly operation: string;
  readonly target?: string | undefined;
  readonly token: string;
  readonly result: string;
}

/** Appends synchronously: when the client has its answer, the line is in the file. */
export function appendAccess(path: string, line: AccessLogLine): void {
  appendFileSync(path, `${JSON.stringify(line)}\n`);
}

export function readAccessLog(path: string): AccessLogLine[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as AccessLogLine);
}
