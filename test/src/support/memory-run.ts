import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadClassifier } from '@haltwire/collector';
import { createRedactor } from '@haltwire/schemas';
import { seeded } from './random.ts';

/** The heap in use after so many calls, once garbage is gone. */
export interface HeapSample {
  readonly calls: number;
  readonly heapBytes: number;
  /** WebAssembly's memory (the SQL parser) and buffers. */
  readonly externalBytes: number;
}

/**
 * Redacts and classifies so many calls, no two alike, and tells the heap after every `every` of them.
 *
 * @param calls How many.
 * @param every Calls between two samples; the first sample comes after the first so many.
 */
export async function memoryRun(
  calls: number,
  every: number,
  onSample: (sample: HeapSample) => void = () => {},
): Promise<HeapSample[]> {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const { classify } = await loadClassifier();
  const redactor = createRedactor();
  const samples: HeapSample[] = [];
  for (let at = 1; at <= calls; at += 1) {
    const { tool, args } = callOf(at);
    const { value, secrets } = redactor.value(args);
    classify({ phase: 'intent', tool: { name: tool }, arguments: value, cwd: '/srv/app', credentials: secrets });
    if (at % every !== 0) continue;
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    samples.push({ calls: at, heapBytes: heapUsed, externalBytes: external });
    onSample({ calls: at, heapBytes: heapUsed, externalBytes: external });
  }
  return samples;
}

const random = seeded(1);
const kinds: readonly ((at: number) => { tool: string; args: unknown })[] = [
  (at) => ({ tool: 'bash', args: { command: `cd d${at} && ls -la; rm -rf build/${at} | tee log${at}` } }),
  (at) => ({
    tool: 'bash',
    args: { command: `X=${at}; for f in a b; do echo "$X" > out$f; done; f() { rm "$1"; }; f ${at}` },
  }),
  (at) => ({ tool: 'bash', args: { command: `python3 -c "import os; os.remove('/srv/' + '${at}')"` } }),
  (at) => ({
    tool: 'bash',
    args: { command: `curl -X DELETE -H "Authorization: Bearer t${at}kZ9qLmP2xVb7" https://h${at}.test/v1/${at}` },
  }),
  (at) => ({ tool: 'execute_sql', args: { query: `delete from t${at} where id = ${at}` } }),
  (at) => ({ tool: 'execute_sql', args: { query: `select broken ${at} from from` } }),
  (at) => ({ tool: 'http', args: { url: 'https://x.test/graphql', body: `mutation { volumeDelete(id: "${at}") }` } }),
  (at) => ({ tool: `delete_thing_${at}`, args: { id: at } }),
  (at) => ({ tool: 'write_file', args: { path: `src/${at}.ts`, content: `const secret = "${at}"` } }),
  (at) => ({
    tool: 'bash',
    args: { command: `echo ${Buffer.from(`rm -rf /srv/${at}`).toString('base64')} | base64 -d | sh` },
  }),
];

function callOf(at: number): { tool: string; args: unknown } {
  const kind = kinds[Math.floor(random() * kinds.length)];
  if (kind === undefined) throw new RangeError('no such kind of call');
  return kind(at);
}

/** What is wrong with a run: the heap grew by more than noise between the first sample and the last. */
export function growthOf(samples: readonly HeapSample[]): number {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return 0;
  return last.heapBytes + last.externalBytes - first.heapBytes - first.externalBytes;
}
