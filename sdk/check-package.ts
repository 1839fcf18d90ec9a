/**
 * Checks the package as a stranger gets it: packed, installed into an empty project, type-checked with skipLibCheck off,
 * run. Offline: the one peer comes from this workspace. Run with: npm run check-package -w sdk (after a build)
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(here, '..', 'node_modules');

const program = `import { createHaltwire, HaltwireError, type Session } from '@haltwire/sdk';
const haltwire = createHaltwire({ key: 'k', endpoint: 'http://127.0.0.1:9', gateTimeoutMs: 200, onWarning: () => {} });
const session: Session = haltwire.session({ agent: 'deploy-bot', task: 'list files' });
const listing: string = await session.tool('shell', { command: 'ls' }, ({ command }, { signal }) => \`\${command} \${signal.aborted}\`);
let code: string = 'none';
try {
  await session.tool('shell', { command: 'rm -rf /' }, () => 1);
} catch (error) {
  if (HaltwireError.isInstance(error)) code = error.code;
}
await haltwire.close();
console.log(listing, code);
`;

const project = mkdtempSync(join(tmpdir(), 'haltwire-sdk-'));
const run = (command: string, args: string[]) =>
  execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
interface Pack {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

function packFolder(folder: string): Pack {
  const told: unknown = JSON.parse(
    run('npm', ['pack', folder, '--pack-destination', project, '--json', '--ignore-scripts']),
  );
  const [pack] = Object.values(told as Record<string, Pack>);
  if (pack === undefined) throw new Error(`npm pack told nothing of ${folder}`);
  return pack;
}

try {
  const pack = packFolder(here);
  console.log(`packed: ${pack.files.map((file) => file.path).join(', ')}`);
  writeFileSync(join(project, 'package.json'), '{"name":"stranger","private":true,"type":"module"}');
  const peer = packFolder(join(modules, '@opentelemetry', 'api'));
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${pack.filename}`, `./${peer.filename}`]);
  writeFileSync(join(project, 'program.ts'), program);
  writeFileSync(
    join(project, 'tsconfig.json'),
    '{"compilerOptions":{"target":"es2022","module":"nodenext","strict":true,"skipLibCheck":false,"noEmit":true,"types":[]},"files":["program.ts"]}',
  );
  run(join(modules, '.bin', 'tsc'), ['-p', 'tsconfig.json']);
  const output = run(process.execPath, ['program.ts']).trim();
  if (output !== 'ls false HALTWIRE_NO_LEASE') throw new Error(`the program printed: ${output}`);
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, unknown>;
  };
  const installed = Object.keys(lock.packages).filter((path) => path.startsWith('node_modules/'));
  console.log(`installed: ${installed.join(', ')}`);
  console.log(`type-checked with skipLibCheck off, run: ${output}`);
} finally {
  rmSync(project, { recursive: true, force: true });
}
