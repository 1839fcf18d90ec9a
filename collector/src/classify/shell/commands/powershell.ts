import { LIMITS } from '../../config.ts';
import { classifyRequest } from '../../http/request.ts';
import { actOf } from '../../words.ts';
import { add, type Call, type Handler } from '../call.ts';
import { runWrapped } from '../run.ts';
import { literal } from '../state.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';

/** Cmdlets and their short names by what they are elsewhere. */
const CMDLETS: ReadonlyMap<string, string> = new Map(
  (
    'remove-item:rm ri:rm rm:rm del:rm erase:rm rd:rm rmdir:rm move-item:mv mi:mv move:mv copy-item:cp cpi:cp copy:cp ' +
    'get-content:cat gc:cat type:cat get-childitem:ls gci:ls dir:ls ls:ls set-location:cd sl:cd cd:cd chdir:cd ' +
    'stop-process:pkill spps:pkill kill:pkill stop-computer:shutdown restart-computer:shutdown new-item:touch ni:touch ' +
    'write-output:echo echo:echo write-host:echo get-process:ps get-location:pwd select-string:grep sls:grep'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);
/** What destroys disks, volumes, logs and ways back. */
const DISKS =
  /^(?:clear-disk|format-volume|initialize-disk|remove-partition|format|diskpart|clear-recyclebin|optimize-volume)$/;

/** PowerShell and cmd: statements by their first word, options with one dash or a slash. */
const windowsShell: Handler = (call) => {
  const cmd = call.name === 'cmd';
  const shown = scriptOf(call, cmd);
  if (shown === undefined) {
    add(call, { verb: 'execute', resource: 'shell', system: 'shell', confidence: 0.5 });
    return;
  }
  call.findings.unclear(`${call.name}: a shell that is read by its words`);
  if (shown.length > LIMITS.code || call.shell.depth >= LIMITS.depth)
    return call.findings.unread('more script than is read');
  walkWindows(
    { ...call, shell: { ...call.shell, depth: call.shell.depth + 1, trail: `${call.shell.trail}${call.name} > ` } },
    shown,
  );
};

/** The script of `-Command …`, `/c …`, `-EncodedCommand …`, or what is piped in. */
function scriptOf(call: Call, cmd: boolean): string | undefined {
  const words = call.args.map(({ value }) => value);
  const encoded = words.findIndex((word) => /^[-/]e(?:nc|c|ncodedcommand)?$/i.test(word));
  if (encoded !== -1) return Buffer.from(words[encoded + 1] ?? '', 'base64').toString('utf16le');
  const at = words.findIndex((word) => (cmd ? /^\/{1,2}[ckr]$/i : /^[-/]c(?:ommand)?$/i).test(word));
  if (at !== -1) return words.slice(at + 1).join(' ');
  const rest = words.filter(
    (word) => !/^-(?:no\w+|exec\w*|w\w*|ep|sta|mta)$/i.test(word) && !/^(?:bypass|hidden|unrestricted)$/i.test(word),
  );
  if (rest.length > 0 && !/^-f/i.test(words[0] ?? '')) return rest.join(' ');
  return call.input.text;
}

function walkWindows(call: Call, script: string): void {
  for (const statement of statementsOf(script)) {
    if (!call.findings.spendCommand()) return;
    runStatement(call, statement);
  }
}

/** Words of each statement; quotes hold, braces and operators part. */
function statementsOf(script: string): string[][] {
  const statements: string[][] = [[]];
  // One alternative per character class and none repeats inside: linear.
  for (const [, double, single, mark, word] of script.matchAll(
    /"([^"]*)"|'([^']*)'|([;|&\n{}()]+)|([^\s"';|&{}()]+)/g,
  )) {
    if (mark !== undefined) statements.push([]);
    else statements.at(-1)?.push(double ?? single ?? word ?? '');
  }
  return statements.filter((words) => words.length > 0);
}

const runStatement = (call: Call, given: readonly string[]) => {
  const words = /^(?:\$\w+|=|if|else|foreach|for|do|@|call|start|start-process|sudo|&|\.)$/i.test(given[0] ?? '')
    ? given.slice(1)
    : given;
  const name = (words[0] ?? '').replace(/\.exe$/i, '').toLowerCase();
  const rest = words.slice(1);
  if (name === '' || name === '=') return;
  const api = /\]?::(?:delete|move|writealltext)/i.exec(words.join(' '));
  const same = CMDLETS.get(name);
  if (same === 'rm') return removes(call, name, rest);
  if (same !== undefined)
    return runWrapped(call, [same, ...rest.filter((word) => !/^[-/][a-z]/i.test(word)).map(slashed)].map(literal));
  if (DISKS.test(name)) {
    const target = { id: rest.find((word) => !/^[-/]/.test(word)) ?? '' };
    return add(call, {
      verb: 'delete',
      resource: name === 'clear-recyclebin' ? 'file' : 'device',
      system: 'filesystem',
      scope: 'all',
      target,
      note: name,
    });
  }
  if (/^(?:invoke-restmethod|irm|invoke-webrequest|iwr)$/.test(name)) return requests(call, rest);
  if (
    /^(?:iex|invoke-expression)$/.test(name) &&
    rest.length > 0 &&
    !/^\$/.test(rest[0] ?? '') &&
    call.shell.depth < LIMITS.depth
  )
    return walkWindows({ ...call, shell: { ...call.shell, depth: call.shell.depth + 1 } }, rest.join(' '));
  if (/^(?:iex|invoke-expression)$/.test(name) || api?.[0].includes('elete') === true) {
    const deletes = api !== null;
    return add(call, {
      verb: deletes ? 'delete' : 'execute',
      resource: deletes ? 'file' : 'program',
      system: 'shell',
      destructiveness: 0.6,
      note: name,
      confidence: 0.7,
    });
  }
  const act = /^[a-z]+-[a-z]+$/.test(name) && !call.shell.programs.has(name) ? actOf(name) : undefined;
  if (act === undefined) return runWrapped(call, words.map(literal));
  add(call, {
    verb: act.sure ? act.verb : 'execute',
    resource: act.resource,
    system: 'windows',
    note: words.slice(0, 3).join(' '),
    confidence: 0.7,
  });
};

/** `rd /s /q x`, `Remove-Item -Recurse -Force x`, `del /f /s x`: judged as `rm`. */
function removes(call: Call, name: string, rest: readonly string[]): void {
  const recursive = rest.some((word) => /^\/s$/i.test(word) || /^-r/i.test(word));
  const paths = rest.filter((word) => !/^\/{1,2}[a-z]$/i.test(word) && !/^-\w+$/.test(word)).map(slashed);
  runWrapped({ ...call, name }, ['rm', ...(recursive ? ['-r'] : []), '--', ...paths].map(literal));
}

function slashed(word: string): string {
  return word.replaceAll('\\', '/').replace(/^[A-Za-z]:(?=\/)/, '');
}

function requests(call: Call, rest: readonly string[]): void {
  const after = (pattern: RegExp) => rest[rest.findIndex((word) => pattern.test(word)) + 1];
  const method = rest.some((word) => /^-me/i.test(word)) ? after(/^-me/i) : undefined;
  const url = rest.find((word) => /^https?:/i.test(word)) ?? '';
  const body = rest.some((word) => /^-b/i.test(word)) ? after(/^-b/i) : undefined;
  const by = `shell: ${call.shell.trail}irm`;
  classifyRequest(call.findings, { method: method ?? 'GET', url, headers: [], body, by });
}

/** Shells of Windows, and its destructive programs. */
export const windows: CommandTable = {
  ...each('pwsh powershell cmd', windowsShell),
  // A cmdlet as it stands: PowerShell is a shell to its agent.
  ...Object.fromEntries(
    [...CMDLETS.keys(), 'clear-disk', 'format-volume', 'invoke-expression', 'invoke-restmethod', 'invoke-webrequest']
      .filter((name) => name.includes('-'))
      .map((name) => [name, (call: Call) => runStatement(call, [name, ...call.args.map(({ value }) => value)])]),
  ),
  diskpart: (call) =>
    add(call, { verb: 'delete', resource: 'device', system: 'filesystem', scope: 'all', confidence: 0.7 }),
  net: (call) => {
    const words = call.args.map(({ value }) => value.toLowerCase());
    const removes = words.includes('/delete') || words[0] === 'stop';
    const adds = words.includes('/add');
    const target = { id: words.slice(0, 3).join(' ') };
    add(call, {
      verb: removes ? 'delete' : adds ? 'grant' : 'read',
      resource: 'user',
      system: 'windows',
      target,
      confidence: 0.8,
    });
  },
  ...each(
    'vssadmin wbadmin wmic bcdedit fsutil wevtutil schtasks sc reg diskshadow cipher icacls takeown tmutil',
    (call) => {
      const words = call.args.map(({ value }) => value.toLowerCase());
      const line = words.join(' ');
      const deletes =
        /(?:^|[\s/])(?:delete|deletejournal|cl|clear-log|\/w|disable|deletelocalsnapshots|resize|cleanup|setzerodata|recoveryenabled|remove)\b/.test(
          line,
        ) || /\/w:/.test(line);
      const backups = /^(?:vssadmin|wbadmin|diskshadow|tmutil|bcdedit)$/.test(call.name) || line.includes('shadow');
      const reads =
        words.length === 0 ||
        /(?:^|\s)(?:list|query|\/query|show|get|status|\?|listbackups|el|qe|enum|\/enum)\b/.test(line);
      add(call, {
        verb: deletes ? 'delete' : reads ? 'read' : 'update',
        resource: deletes && backups ? 'backup' : /evtutil/.test(call.name) ? 'log' : 'setting',
        system: 'windows',
        scope: deletes ? 'many' : 'one',
        ...(deletes && !backups ? { destructiveness: 0.6, reversibility: 'irreversible' as const } : {}),
        note: line.slice(0, 100),
      });
    },
  ),
};
