import { type ClassifyInput, loadClassifier } from '../src/classify/index.ts';

/**
 * Looks for the call of at most 64 KiB that costs most: shapes put together from pieces that mean something to the
 * parsers, the dearest of them changed again and again. Processor time of this thread, the least of several runs.
 *
 * node --conditions=@haltwire/source collector/bench/worst.ts [seconds] [seed]
 */
const seconds = Number(process.argv[2] ?? 60);
let state = Number(process.argv[3] ?? 1) >>> 0;
/** Half of the shapes are as long as the longest shell text that is parsed. */
const SIZES = [65_536, 40_960] as const;
const SIZE = SIZES[0];
const KEPT = 60;
/** Processor time of one batch, microseconds: some systems count it in steps of 4 ms. */
const BATCH_US = 12_000;
const LAST_BATCH_US = 100_000;

/** mulberry32: the same seed draws the same shapes. */
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

const pieces: readonly string[] = [
  ...['A:-b', 'A//a/b', 'A[@]'].map((inside) => `\${${inside}}`),
  ...[
    ' ',
    '\n',
    ';',
    '&&',
    '||',
    '|',
    '&',
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    '[[',
    ']]',
    '$(',
    '${',
    '$((',
    '`',
    '<(',
    '>(',
  ],
  ...[
    '>',
    '>>',
    '<',
    '<<<',
    '2>&1',
    '<<E\n',
    '\nE\n',
    '"',
    "'",
    "$'",
    '\\',
    '\\\n',
    '\0',
    '\ud800',
    'é',
    '*',
    '?',
    '~',
    '!',
  ],
  ...['a', 'b', 'A=b', 'A=$A$A', '$A', 'A=(a b)', '{a,b}', '{1..9}', 'f(){ a; }', 'f'],
  ...[
    'if a; then b; fi',
    'for i in a b; do ',
    'done',
    'while a; do ',
    'case a in b) c;; esac',
    'function g { ',
    'alias a=b',
  ],
  ...[
    'rm -rf /a ',
    'find . -exec rm {} \\;',
    'xargs rm',
    'sudo ',
    'env A=b ',
    'ssh h ',
    'docker exec c ',
    'bash -c ',
    'eval ',
  ],
  ...[
    'python3 -c ',
    'node -e ',
    'perl -e ',
    'psql -c ',
    'curl -X DELETE https://a.test/v1/b ',
    'kubectl delete ns a',
    'git push -f',
  ],
  ...[
    'base64 -d',
    'echo cm0gLXJmIC8= ',
    'printf "%s" a',
    'sed -i s/a/b/ c',
    'awk "{system(a)}" ',
    'tee a',
    'pwsh -c ',
    'cat a',
  ],
  ...[
    'select ',
    'from ',
    'where ',
    ' and ',
    ' or ',
    'not ',
    'delete from t',
    'drop table t',
    'update t set a=1',
    'with a as (',
    'a,',
  ],
  ...[
    'union ',
    'case when a then b end',
    "'x'",
    '--c\n',
    '/*',
    '*/',
    '$$',
    '1',
    '=',
    '::',
    'in (',
    'do $$ ',
    'grant all on a to b;',
  ],
  ...[
    'mutation{',
    'query ',
    'a(b:1)',
    '...on A{',
    'fragment F on A{',
    '{"a":',
    '"b"',
    '[1,',
    'null',
    ':',
    ',',
    '@a',
    '#c\n',
    '"""',
  ],
  ...[
    'import os\n',
    'os.system("rm")',
    'shutil.rmtree(',
    'x="a"+',
    'x=x+x\n',
    'f(',
    '.b',
    'exec(',
    'require("fs").',
    '=>',
    '`${',
    '//c\n',
  ],
  ...[
    '../',
    '/',
    './',
    'a/b',
    '.env',
    'secret',
    'token',
    'password=',
    'Bearer ',
    'https://',
    'hwsecret.',
    '%41',
    '-',
    '--',
    '-x ',
    '--purge ',
  ],
];

interface Shape {
  readonly form: number;
  readonly head: string;
  readonly unit: string;
  readonly tail: string;
  readonly size: number;
}

/** How a text becomes a call. */
const forms: readonly ((text: string) => Pick<ClassifyInput, 'tool' | 'arguments'>)[] = [
  ...[
    '',
    "bash -c '",
    'psql -c "',
    "python3 -c '",
    "node -e '",
    "curl https://x.test/graphql -d '",
    'pwsh -c "',
    'ssh h ',
  ].map((start) => (text: string) => ({
    tool: { name: 'bash' },
    arguments: { command: (start + text).slice(0, SIZE) },
  })),
  (text) => ({ tool: { name: 'execute_sql' }, arguments: { query: text } }),
  (text) => ({
    tool: { name: 'http_request' },
    arguments: { url: 'https://x.test/graphql', method: 'POST', body: text },
  }),
  (text) => ({
    tool: { name: 'http_request' },
    arguments: { url: `https://x.test/${text}`.slice(0, SIZE), method: 'POST' },
  }),
  (text) => ({ tool: { name: 'run_python' }, arguments: { code: text } }),
  (text) => ({ tool: { name: 'run_javascript' }, arguments: { code: text } }),
  (text) => ({ tool: { name: 'graphql' }, arguments: { query: text } }),
  (text) => ({ tool: { name: 'delete_file' }, arguments: { path: text } }),
  (text) => ({ tool: { name: 'grep' }, arguments: { pattern: text } }),
  (text) => ({ tool: { name: text }, arguments: { id: text } }),
  (text) => ({ tool: { name: 'bash' }, arguments: text.split(' ') }),
];

const some = (most: number) => Array.from({ length: Math.floor(random() * (most + 1)) }, () => pick(pieces)).join('');
const fresh = (): Shape => ({
  form: Math.floor(random() * forms.length),
  head: some(3),
  unit: some(4) || 'a',
  tail: some(2),
  size: pick(SIZES),
});

/** One part of a shape drawn anew, or a piece more or less in its unit. */
function changed(shape: Shape): Shape {
  const how = random();
  if (how < 0.2) return { ...shape, form: Math.floor(random() * forms.length) };
  if (how < 0.35) return { ...shape, head: some(3) };
  if (how < 0.45) return { ...shape, tail: some(3) };
  if (how < 0.75) {
    const at = Math.floor(random() * (shape.unit.length + 1));
    return { ...shape, unit: shape.unit.slice(0, at) + pick(pieces) + shape.unit.slice(at) };
  }
  const at = Math.floor(random() * shape.unit.length);
  return { ...shape, unit: shape.unit.slice(0, at) + shape.unit.slice(at + 1 + Math.floor(random() * 4)) || 'a' };
}

function inputOf({ form, head, unit, tail, size }: Shape): ClassifyInput {
  const times = Math.max(1, Math.floor((size - 100 - head.length - tail.length) / unit.length));
  const text = (head + unit.repeat(times)).slice(0, size - 100 - tail.length) + tail;
  return { phase: 'intent', ...(forms[form] ?? forms[0])?.(text), cwd: '/srv/app', credentials: [] } as ClassifyInput;
}

const { classify } = await loadClassifier();

/** Least processor time of so many runs, ms, each of a batch that is long enough for the clock. */
function costOf(input: ClassifyInput, runs: number, batch = BATCH_US): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const before = process.threadCpuUsage();
    let spent = 0;
    let calls = 0;
    while (spent < batch && calls < 2000) {
      classify(input);
      calls++;
      const { user, system } = process.threadCpuUsage(before);
      spent = user + system;
    }
    least = Math.min(least, spent / 1000 / calls);
  }
  return least;
}

/** Processor time of work that never changes, ms: how fast this machine is just now. Least of 10. */
function reference(): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 10; run++) {
    const before = process.threadCpuUsage();
    const seen = new Map<string, number>();
    for (let at = 0; at < 300_000; at++) seen.set(`k${at % 5000}`, at);
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

const kept: { shape: Shape; cost: number }[] = [];
let tried = 0;
const end = performance.now() + seconds * 1000;
while (performance.now() < end) {
  const shape = kept.length < 10 || random() < 0.4 ? fresh() : changed(pick(kept).shape);
  const input = inputOf(shape);
  tried++;
  const floor = kept.length < KEPT ? 0 : (kept.at(-1)?.cost ?? 0);
  if (costOf(input, 1) <= floor) continue;
  const cost = costOf(input, 4);
  if (cost <= floor || kept.some((one) => one.shape.unit === shape.unit && one.shape.form === shape.form)) continue;
  kept.push({ shape, cost });
  kept.sort((a, b) => b.cost - a.cost);
  kept.length = Math.min(kept.length, KEPT);
}
console.log(`reference work: ${reference().toFixed(1)} ms of processor time`);
console.log(`${tried} shapes of up to 64 KiB; the dearest, ms of processor time, least of 5 batches`);
const best = kept.slice(0, 25).map(({ shape }) => ({ shape, cost: costOf(inputOf(shape), 5, LAST_BATCH_US) }));
for (const { shape, cost } of best.sort((a, b) => b.cost - a.cost))
  console.log(
    `${cost.toFixed(2).padStart(7)}  ${shape.size}  ${shape.form}  ${JSON.stringify([shape.head, shape.unit, shape.tail])}`,
  );
