import { resolve } from 'node:path';
import type { FileWrite } from './writes.ts';

/** Longer commands are not read. */
const MAX_COMMAND = 65_536;

const GOES = /^\s{0,20}cd\s{1,8}(["']?)([^\s"';&|]{1,1024})\1\s{0,8}(?:&&|;|\n)/;
const HEREDOC = /<<(-?)\s{0,8}\\?(["']?)([A-Za-z_]\w{0,60})\2/;
const TO_FILE = /(?:(>{1,2})|\btee\s{1,8}(-a\s{1,8})?)\s{0,8}(["']?)([^\s"'<>|;&()$`]{1,1024})\3/;
const PRINTS =
  /^\s{0,20}(echo|printf)\s{1,8}(?:-[neE]{1,3}\s{1,8})?(?:'([^']{0,65536})'|"([^"]{0,65536})")\s{0,8}(>{1,2})\s{0,8}(["']?)([^\s"'<>|;&()$`]{1,1024})\5/;

/** Files that a shell command writes from its own text: here-documents, and `echo` or `printf` of one quoted text. */
export function shellWrites(command: string, cwd: string): FileWrite[] {
  if (command.length > MAX_COMMAND || !/>|\btee\b/.test(command)) return [];
  const goes = GOES.exec(command);
  const folder = goes?.[2] === undefined ? cwd : resolve(cwd, goes[2]);
  const rest = command.slice(goes?.[0].length ?? 0);
  const printed = PRINTS.exec(rest);
  const [, program, single, double, redirect, , file] = printed ?? [];
  if (file !== undefined) {
    const text = single ?? double ?? '';
    const plain = program === 'printf' || /^\s*echo\s+-\w*e/.test(rest) ? text.replaceAll('\\n', '\n') : text;
    return [{ path: resolve(folder, file), text: `${plain}\n`, how: redirect === '>>' ? 'append' : 'whole' }];
  }
  return heredocs(rest.split('\n'), folder);
}

function heredocs(lines: readonly string[], folder: string): FileWrite[] {
  const found: FileWrite[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, dash, , word] = HEREDOC.exec(line) ?? [];
    if (word === undefined) continue;
    const ends = (text: string): boolean => (dash === '-' ? text.replace(/^\t+/, '') : text) === word;
    const body: string[] = [];
    while (++at < lines.length && !ends(lines[at] ?? '')) body.push(lines[at] ?? '');
    const [, redirect, adds, , file] = TO_FILE.exec(line) ?? [];
    if (file === undefined) continue;
    const how = redirect === '>>' || adds !== undefined ? 'append' : 'whole';
    found.push({ path: resolve(folder, file), text: `${body.join('\n')}\n`, how });
  }
  return found;
}
