import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const step = (tool: string, args: string | null, more: Readonly<Record<string, unknown>> = {}) => ({
  tool,
  args,
  args_verbatim: false,
  credential: null,
  environment: null,
  result: null,
  event_kind: 'tool_call',
  ...more,
});

/** Incidents of our own invention, in the shape of the reports. */
export const incidents: readonly Readonly<Record<string, unknown>>[] = [
  {
    id: 'home-gone',
    kind: 'incident',
    family: 'home',
    patterns: ['path'],
    task: 'Tidy the folder of exports',
    environment_intended: 'exports',
    environment_hit: 'home directory',
    steps: [step('Bash', 'list the exports'), step('Bash', 'rm -rf ~/', { args_verbatim: true })],
    harm_step: 1,
  },
  {
    id: 'prod-row',
    kind: 'incident',
    family: 'wrong-place',
    patterns: ['place', 'path'],
    task: 'Change a price in the shop',
    environment_intended: 'staging',
    environment_hit: 'production',
    steps: [
      step('SQL', 'read the prices', { environment: 'staging' }),
      step('SQL', 'update the price of one article', { environment: 'production' }),
    ],
    harm_step: 1,
  },
  {
    id: 'words-only',
    kind: 'poc',
    family: 'words',
    patterns: [],
    task: 'A question',
    environment_intended: 'chat',
    environment_hit: 'chat',
    steps: [step('assistant text', 'says something wrong', { event_kind: 'non_tool' })],
    harm_step: 0,
  },
];

const call = (command: string, more: Readonly<Record<string, unknown>> = {}) => ({
  tool: 'bash',
  args: { command },
  ...more,
});

/** Honest sessions: one that looks around and one that is held although it was asked for. */
export const traces: readonly Readonly<Record<string, unknown>>[] = [
  {
    id: 'quiet',
    agent: 'coder',
    task_prompt: 'Find the failing test.',
    calls: [call('ls', { t: 0, exit: 0 }), call('npm test', { t: 9, exit: 1 }), call('git status', { t: 12, exit: 0 })],
  },
  {
    id: 'asked-for',
    agent: 'coder',
    task_prompt: 'Empty the archive.',
    calls: [call('ls /srv/archive'), call('rm -rf /srv/archive'), call('ls /srv')],
  },
];

/** Writes both as data files; `background: false` leaves the honest sessions out. */
export function writeIncidentFixtures(folder: string, { background = true } = {}): void {
  const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileSync(join(folder, 'incidents-ours.jsonl'), lines(incidents));
  if (background) writeFileSync(join(folder, 'benign_traces_coding.tiny.jsonl.gz'), gzipSync(lines(traces)));
}
