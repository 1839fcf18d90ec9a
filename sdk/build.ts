/**
 * Builds the publishable package into dist/: bundles and self-contained types. Run with: npm run build -w sdk
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { printSize } from './size.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '..');
const dist = join(here, 'dist');
const require = createRequire(import.meta.url);

/** Packages that a host brings along itself. Nothing else may be left in the bundles. */
const peers = ['@opentelemetry/api', '@opentelemetry/sdk-node', '@opentelemetry/exporter-trace-otlp-proto'];

const ws = join(dirname(require.resolve('ws/package.json')), 'lib');

/** Compression is off (`perMessageDeflate: false`), so its code and zlib stay out; the name is all that is asked of it. */
const withoutCompression: Plugin = {
  name: 'ws-without-compression',
  setup(hooks) {
    hooks.onLoad({ filter: /ws[\\/]lib[\\/]permessage-deflate\.js$/ }, () => ({
      contents: "module.exports = { extensionName: 'permessage-deflate' };",
    }));
  },
};

async function bundle(): Promise<void> {
  await build({
    absWorkingDir: here,
    entryPoints: ['src/index.ts', 'src/node.ts', 'src/resolve/index.ts'],
    outbase: 'src',
    outdir: dist,
    bundle: true,
    minify: true,
    keepNames: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@haltwire/source'],
    // The client half only: not its server, not its streams.
    alias: { ws: join(ws, 'websocket.js') },
    plugins: [withoutCompression],
    // ws looks for these native helpers and does without.
    external: [...peers, 'bufferutil', 'utf-8-validate'],
    // ws is CommonJS and requires Node's own modules.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    legalComments: 'linked',
    logLevel: 'warning',
  });
}

/** Emits declarations for everything, then keeps only what the entry points reach, with no import of ours left. */
function types(): void {
  const scratch = mkdtempSync(join(here, '.types-'));
  try {
    const config = join(scratch, 'tsconfig.json');
    writeFileSync(
      config,
      JSON.stringify({
        extends: '../tsconfig.json',
        compilerOptions: { rootDir: root, outDir: scratch, emitDeclarationOnly: true, sourceMap: false },
        include: ['../src/index.ts', '../src/node.ts', '../src/resolve/index.ts', '../../schemas/src/errors.ts'],
      }),
    );
    const tsc = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', config], { stdio: 'inherit' });
    if (tsc.status !== 0) throw new Error('tsc could not emit the declarations');
    copyReachable(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function copyReachable(scratch: string): void {
  const source = join(scratch, 'sdk', 'src');
  const open = [join(source, 'index.d.ts'), join(source, 'node.d.ts'), join(source, 'resolve', 'index.d.ts')];
  const done = new Set<string>();
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (done.has(file)) continue;
    done.add(file);
    const from = dirname(targetOf(file));
    const text = readFileSync(file, 'utf8').replace(
      /(from\s+|import\()(['"])([^'"]+)\2/g,
      (_all, lead, quote, name) => {
        const imported = locate(file, name);
        if (imported === undefined) return `${lead}${quote}${name}${quote}`;
        open.push(imported);
        const path = relative(from, targetOf(imported))
          .replace(/\.d\.ts$/, '.js')
          .replaceAll('\\', '/');
        return `${lead}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
      },
    );
    mkdirSync(from, { recursive: true });
    writeFileSync(targetOf(file), text.replace(/^\/\/# sourceMappingURL.*\n?/m, ''));
  }

  function targetOf(file: string): string {
    const path = relative(source, file);
    return path.startsWith('..')
      ? join(dist, 'schemas', relative(join(scratch, 'schemas', 'src'), file))
      : join(dist, path);
  }

  /** The declaration that an import means, or undefined when it comes from a peer. */
  function locate(file: string, name: string): string | undefined {
    if (name.startsWith('.')) return join(dirname(file), name.replace(/\.(ts|js)$/, '.d.ts'));
    if (name === '@haltwire/schemas/errors') return join(scratch, 'schemas', 'src', 'errors.d.ts');
    if (peers.includes(name) || name.startsWith('node:')) return undefined;
    throw new Error(
      `the published types must not import ${name} (${relative(scratch, file)}): keep it out of public types`,
    );
  }
}

rmSync(dist, { recursive: true, force: true });
await bundle();
types();
printSize();
