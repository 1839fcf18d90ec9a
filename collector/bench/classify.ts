import { performance } from 'node:perf_hooks';
import { type ClassifyInput, loadClassifier } from '../src/classify/index.ts';

/**
 * Time of one classification, over a seeded mixed corpus of our own making; then of the worst inputs of 64 KiB.
 *
 * node --conditions=@haltwire/source collector/bench/classify.ts [calls] [seed] [--json]
 */
const json = process.argv.includes('--json');
const [wantedCalls, seed] = process.argv.slice(2).filter((word) => word !== '--json');
const calls = Number(wantedCalls ?? 20_000);
let state = Number(seed ?? 1) >>> 0;

/** mulberry32: the same seed gives the same corpus. */
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

const pick = <T>(items: readonly [T, ...T[]]): T => items[Math.floor(random() * items.length)] ?? items[0];
const word = () => pick(['app', 'src', 'data', 'volume', 'users', 'orders', 'deploy', 'build', 'main', 'index']);
const path = () => `${pick(['', './', '/srv/', '../'])}${word()}/${word()}.${pick(['ts', 'py', 'md', 'log'])}`;

/** Takes a hundred times as long as the others, so it comes a twentieth as often. */
const large = 'SQL, 2,000 columns';

const kinds: Readonly<Record<string, () => Pick<ClassifyInput, 'tool' | 'arguments'>>> = {
  'shell, simple': () =>
    shell(
      pick([`ls -la ${word()}`, `cat ${path()}`, `grep -rn ${word()} ${word()}`, 'git status', `rm -rf ${path()}`]),
    ),
  'shell, compound': () =>
    shell(
      `cd ${word()} && for f in a b c; do cp $f ${path()} || echo "no $f"; done; ` +
        `bash -c 'find . -name "*.${word()}" -exec rm {} \\;' | tee ${path()} > /dev/null`,
    ),
  'shell, curl with GraphQL': () =>
    shell(
      `curl -s -X POST https://api.example.com/graphql -H "Authorization: Bearer $T" -d '` +
        `{"query":"mutation { ${word()}Delete(id: \\"${word()}\\") }"}'`,
    ),
  'shell, inline code': () =>
    shell(`python3 -c "import os, shutil; p='/srv/' + '${word()}'; shutil.rmtree(p); os.system('ls ' + p)"`),
  'shell, disguised': () =>
    shell(
      `X=${word()}; echo ${Buffer.from(`rm -rf /srv/${word()}`).toString('base64')} | base64 -d | sh; f() { ls "$@"; }; f $X`,
    ),
  'SQL, short': () => ({
    tool: { name: 'execute_sql' },
    arguments: {
      query: `select id, name from ${word()} where ${word()} = ${Math.floor(random() * 100)} order by id limit 10`,
    },
  }),
  [large]: () => ({
    tool: { name: 'execute_sql' },
    arguments: { query: `select ${Array.from({ length: 2000 }, word).join(', ')} from ${word()}` },
  }),
  HTTP: () => ({
    tool: { name: 'http_request' },
    arguments: {
      url: `https://api.example.com/v1/${word()}/${Math.floor(random() * 1e6)}`,
      method: pick(['GET', 'POST', 'DELETE']),
      body: { name: word() },
    },
  }),
  'file tool': () => ({
    tool: { name: pick(['read_file', 'write_file']) },
    arguments: { path: path(), content: word() },
  }),
  'named tool': () => ({ tool: { name: `${pick(['get', 'create', 'delete'])}_${word()}` }, arguments: { id: word() } }),
};

function shell(command: string): Pick<ClassifyInput, 'tool' | 'arguments'> {
  return { tool: { name: 'bash' }, arguments: { command } };
}

const classifier = await loadClassifier();
const names = Object.keys(kinds) as [string, ...string[]];
const times = new Map(names.map((name) => [name, [] as number[]]));
for (let turn = 0; turn < calls * 2; turn++) {
  const name = pick(names);
  if (name === large && random() > 0.05) continue;
  const call = kinds[name]?.();
  if (call === undefined) continue;
  const input: ClassifyInput = { phase: 'intent', ...call, cwd: '/srv/app', credentials: [] };
  const begin = performance.now();
  classifier.classify(input);
  // The first half warms up.
  if (turn >= calls) times.get(name)?.push(performance.now() - begin);
}

const rows = [
  ...times,
  ['all but the large one', [...times].flatMap(([name, list]) => (name === large ? [] : list))] as const,
].map(([name, list]) => {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0) * 1000;
  return { what: `classify: ${name}`, calls: sorted.length, p50: at(0.5), p99: at(0.99) };
});

/** Pieces that, repeated, cost each reader most. */
const worst: readonly (readonly [tool: string, member: string, start: string, unit: string])[] = [
  ...[
    'a;',
    'a|',
    '$(',
    '`\\',
    '"\'',
    'a ',
    '~ ',
    '{a,',
    '>b',
    'A=b;',
    'X=$X$X;',
    'cat <<A\n',
    'if a;then b;fi;',
    'a(){ b; };',
  ].map((unit) => ['bash', 'command', '', unit] as const),
  ...['bash -c "', 'alias a=b;', 'rm /a/b/c/d ', 'curl http://a '].map(
    (unit) => ['bash', 'command', '', unit] as const,
  ),
  ['bash', 'command', "python3 -c '", 'os.system("rm -rf /srv");'],
  ['bash', 'command', "python3 -c '", 'x=x+"a";'],
  ['bash', 'command', 'pwsh -c "', 'Remove-Item a;'],
  ['execute_sql', 'query', 'select ', 'a, '],
  ['execute_sql', 'query', '', 'delete from t where a = 1;'],
  ['execute_sql', 'query', 'delete from t where ', 'a=1 or '],
  ['http_request', 'body', '', 'mutation{a('],
  ['run_python', 'code', '', 'a('],
];
const SIZE = 65_536;
for (const [tool, member, start, unit] of worst) {
  const text = start + unit.repeat(Math.floor((SIZE - start.length) / unit.length));
  const input: ClassifyInput = {
    phase: 'intent',
    tool: { name: tool },
    arguments: { [member]: text, ...(tool === 'http_request' ? { url: 'https://x.test/graphql' } : {}) },
    cwd: '/srv/app',
    credentials: [],
  };
  const list: number[] = [];
  for (let turn = 0; turn < 20; turn++) {
    const begin = performance.now();
    classifier.classify(input);
    list.push(performance.now() - begin);
  }
  list.sort((a, b) => a - b);
  rows.push({
    what: `classify 64 KiB: ${JSON.stringify(start + unit).slice(0, 30)}`,
    calls: list.length,
    p50: (list[10] ?? 0) * 1000,
    p99: (list.at(-1) ?? 0) * 1000,
  });
}
if (json) console.log(JSON.stringify(rows));
else {
  console.log(`${'kind'.padEnd(48)}${'calls'.padStart(8)}${'p50 us'.padStart(10)}${'p99 us'.padStart(10)}`);
  for (const { what, calls, p50, p99 } of rows)
    console.log(
      `${what.padEnd(48)}${String(calls).padStart(8)}${p50.toFixed(1).padStart(10)}${p99.toFixed(1).padStart(10)}`,
    );
}
