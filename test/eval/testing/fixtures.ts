import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Rows of our own in the shapes of the data files, one right and one wrong answer where a metric can have both. */
const fixtures: Readonly<Record<string, readonly unknown[]>> = {
  'commands.tiny.jsonl.gz': [
    { id: 'c1', command: 'rm -rf /srv/data', label: 'destructive', source: 'ours', category: 'rm' },
    // The label is wrong on purpose: it has to show as a miss.
    { id: 'c2', command: 'ls -la', label: 'destructive', source: 'ours', category: 'none' },
    { id: 'c3', command: 'git status', label: 'safe', source: 'ours', category: 'git' },
    { id: 'c4', command: 'cat README.md', label: 'readonly', source: 'ours', category: 'cat' },
  ],
  'benign_shell.tiny.jsonl.gz': [
    { id: 'b1', command: 'npm test', origin: 'agent', source: 'ours' },
    { id: 'b2', command: 'rm -rf /srv/data', origin: 'agent', source: 'ours' },
    { id: 'b3', command: 'rm build/old.log', origin: 'agent', source: 'ours' },
  ],
  'sql.part-1.jsonl.gz': [
    { id: 's1', sql: 'DROP TABLE users', label: 'destructive', raw: 'drop table', source: 'pg_regress' },
    { id: 's2', sql: 'SELECT 1', label: 'readonly', raw: 'query', source: 'pg_regress' },
  ],
  'tool_verbs.tiny.jsonl.gz': [
    { id: 't1', tool: 'delete_bucket', label: 'destructive', strict_destructive: true, source: 'ours' },
    { id: 't2', tool: 'list_buckets', label: 'readonly', strict_destructive: false, source: 'ours' },
  ],
  'api_actions.tiny.jsonl.gz': [
    { id: 'a1', action: 'DeleteBucket', label: 'destructive', access_level: 'Write' },
    { id: 'a2', action: 'ListBuckets', label: 'readonly', access_level: 'List' },
  ],
  'incidents-2.jsonl': [
    {
      id: 'i1',
      kind: 'incident',
      harm_step: 1,
      steps: [
        { tool: 'Bash', args: 'ls', args_verbatim: true, event_kind: 'tool_call' },
        { tool: 'Bash', args: 'rm -rf ~/', args_verbatim: true, event_kind: 'tool_call' },
      ],
    },
  ],
  'secrets.tiny.jsonl.gz': [
    { id: 'x1', text: `token = "${['gh', 'p_'].join('')}Zq9vLz0PwT5nRb7YdX2mKc4JhG8sVf3AeU1i"`, label: 'secret' },
    { id: 'x2', text: 'token = os.environ["TOKEN"]', label: 'not_secret' },
  ],
};

/** Writes the fixtures as data files. */
export function writeFixtures(folder: string): void {
  for (const [name, rows] of Object.entries(fixtures)) {
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
  }
}
