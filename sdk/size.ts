/**
 * Prints what the sdk costs a host: bytes, packages, import time. Run with: npm run size -w sdk (after a build)
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const bundle = join(here, 'dist', 'index.js');
/**
 * Most bytes that the minified bundle may have: ws (client) 35 KiB, redaction and read-only list 44 KiB, what remembers the
 * scripts that a session wrote 4 KiB, the rest ours.
 */
const BUDGET = 126 * 1024;
const RUNS = 15;

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

/** Median over fresh processes of what a program itself reports. */
function median(program: string): number[] {
  const runs = Array.from({ length: RUNS }, () =>
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
      .trim()
      .split(' ')
      .map(Number),
  );
  return (runs[0] ?? []).map((_value, column) => {
    const sorted = runs.map((run) => run[column] ?? 0).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  });
}

function measureImport(...urls: string[]): { ms: number; rss: number } {
  const load = urls.map((url) => `await import(${JSON.stringify(url)});`).join('');
  const program = `const t=performance.now();${load}console.log(performance.now()-t, process.memoryUsage.rss())`;
  const [ms = 0, rss = 0] = median(program);
  return { ms, rss };
}

/** Prints size, packages and import time. Sets the exit code when the bundle is over its budget. */
export function printSize(): void {
  const bytes = readFileSync(bundle);
  const manifest = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
    peerDependencies: Record<string, string>;
    peerDependenciesMeta: Record<string, { optional?: boolean }>;
  };
  const required = Object.keys(manifest.peerDependencies).filter(
    (name) => !manifest.peerDependenciesMeta[name]?.optional,
  );
  const bare = measureImport();
  const own = measureImport('node:http', 'node:https', 'node:crypto');
  const sdk = measureImport(pathToFileURL(bundle).href);
  console.log(
    `dist/index.js      ${kib(bytes.length)} min, ${kib(gzipSync(bytes).length)} gzip (budget ${kib(BUDGET)} min)`,
  );
  console.log(
    `dependencies       ${Object.keys(manifest.dependencies ?? {}).length}, required peers: ${required.join(', ')}`,
  );
  const of = (each: { ms: number; rss: number }) => `${each.ms.toFixed(1)} ms, +${kib(each.rss - bare.rss)} RSS`;
  console.log(`cold import        ${of(sdk)} with its peer, over bare node, median of ${RUNS}`);
  console.log(`                   ${of(own)} of it are Node's own http, https and crypto`);
  if (bytes.length > BUDGET) {
    console.error(`the bundle is over its budget of ${kib(BUDGET)}`);
    process.exitCode = 1;
  }
}

if (import.meta.main) printSize();
