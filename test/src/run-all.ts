import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * `npm test`: lint, types, then every test; the last line counts them. Lint and types count as one test each.
 */
const root = join(import.meta.dirname, '..', '..');
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

function run(title: string, command: string, args: readonly string[]): boolean {
  process.stdout.write(`\n── ${title}\n`);
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  success: boolean;
}

function tests(): Report {
  const folder = mkdtempSync(join(tmpdir(), 'haltwire-test-'));
  const file = join(folder, 'report.json');
  const ok = run('tests', bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile=${file}`]);
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    return { ...report, success: report.success && ok };
  } catch {
    process.stderr.write('vitest wrote no report: it could not start or was stopped\n');
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0, success: false };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const checks = [
  run('lint', bin('biome'), ['check', '.', '--error-on-warnings']),
  run('types', bin('tsc'), ['-p', 'tsconfig.check.json']),
];
const report = tests();
const passed = report.numPassedTests + checks.filter(Boolean).length;
// A suite that could not be loaded has no failed test of its own, and is a failure all the same.
const failed = Math.max(report.numFailedTests, report.success ? 0 : 1) + checks.filter((ok) => !ok).length;
process.stdout.write(`\n${passed} passed, ${failed} failed, ${report.numPendingTests + report.numTodoTests} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
