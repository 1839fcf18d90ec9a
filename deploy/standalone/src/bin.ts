#!/usr/bin/env node
/** The command line: `haltwire COMMAND`. Each command is loaded only when it runs. */
import { readFileSync } from 'node:fs';
import { type Command, messageOf, UsageError } from './cli/command.ts';

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./commands/up.ts')).up,
  demo: async () => (await import('./commands/demo.ts')).demo,
  watch: async () => (await import('./commands/watch.ts')).watch,
  cases: async () => (await import('./commands/cases.ts')).cases,
  why: async () => (await import('./commands/why.ts')).why,
  keys: async () => (await import('./commands/keys.ts')).keys,
  token: async () => (await import('./commands/token.ts')).token,
  policy: async () => (await import('./commands/policy.ts')).policy,
  replay: async () => (await import('./commands/replay.ts')).replay,
  explain: async () => (await import('./commands/explain.ts')).explain,
  fingerprint: async () => (await import('./commands/fingerprint.ts')).fingerprint,
  topics: async () => (await import('./commands/topics.ts')).topics,
  collector: async () => (await import('./commands/collector.ts')).collector,
  detector: async () => (await import('./commands/detector.ts')).detector,
  archiver: async () => (await import('./commands/archiver.ts')).archiver,
};

/** What is left open when a command has ended is cut after this, ms: time for stdout to be taken. */
const LEFTOVERS_MS = 500;

async function overview(): Promise<string> {
  const loaded = await Promise.all(Object.values(commands).map((load) => load()));
  const lines = loaded.map(({ name, summary }) => `  ${name.padEnd(13)}${summary}`);
  return `Haltwire stops a misbehaving AI agent before the harm is done.

Usage: haltwire COMMAND [options]

${lines.join('\n')}

haltwire COMMAND --help tells more, haltwire --version which one this is. Exit codes: 0 done, 1 failed, 2 wrong command line
or settings.
`;
}

function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.version;
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(await overview());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const load = commands[name];
  if (load === undefined || !Object.hasOwn(commands, name)) {
    throw new UsageError(`There is no command "${name}". Commands: ${Object.keys(commands).join(', ')}.`);
  }
  const command = await load();
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(command.help);
    return 0;
  }
  return command.run(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`haltwire: ${messageOf(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
// The command is done. A connection that a library still makes or holds must not keep the process; nobody waits for the
// timer where there is none.
setTimeout(() => process.exit(), LEFTOVERS_MS).unref();
