import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HaltwireError } from '@haltwire/schemas';
import { LOG4J_SETTINGS } from './properties.ts';

/** Small on purpose: a trial or a test never holds much. */
const HEAP = '-Xmx512m';
const KILL_AFTER_MS = 15_000;

export interface NodeProcessOptions {
  readonly jars: string;
  readonly dataDir: string;
  readonly clusterId: string;
  readonly properties: string;
  /** More arguments of `StorageTool format`, for example `--add-scram`. */
  readonly formatArguments: readonly string[];
}

/** A running java process of one node. */
export interface NodeProcess {
  readonly pid: number;
  /** Resolves when the process has ended, whoever ended it. */
  readonly exited: Promise<void>;
  readonly logPath: string;
  signal(name: NodeJS.Signals): void;
}

function java(jars: string, mainClass: string, settings: readonly string[], args: readonly string[]): string[] {
  return [HEAP, ...settings, '-cp', join(jars, '*'), mainClass, ...args];
}

async function format(options: NodeProcessOptions, propertiesPath: string): Promise<void> {
  const args = ['format', '--cluster-id', options.clusterId, '--config', propertiesPath, ...options.formatArguments];
  const child = spawn('java', java(options.jars, 'kafka.tools.StorageTool', [], args), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const code = await exitOf(child);
  if (code === 0) return;
  throw new HaltwireError('HALTWIRE_STORAGE', `The broker's folder could not be formatted: ${withoutStack(said)}`);
}

/** What Java says, without where in its code it says so. */
function withoutStack(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  return lines.join('\n').slice(-800);
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  });
}

/** Formats the folder when it is new, then starts the node's java process. Does not wait until it serves. */
export async function startNodeProcess(options: NodeProcessOptions): Promise<NodeProcess> {
  const { dataDir, jars } = options;
  await mkdir(dataDir, { recursive: true });
  const propertiesPath = join(dataDir, 'server.properties');
  const settingsPath = join(dataDir, 'log4j2.yaml');
  const logPath = join(dataDir, 'broker.log');
  await writeFile(propertiesPath, options.properties);
  await writeFile(settingsPath, LOG4J_SETTINGS);
  if (!existsSync(join(dataDir, 'log', 'meta.properties'))) await format(options, propertiesPath);

  const settings = [
    '-Xms128m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=4',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${settingsPath}`,
  ];
  const child = spawn('java', java(jars, 'kafka.Kafka', settings, [propertiesPath]), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(logPath, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const exited = exitOf(child).then(() => {
    process.off('exit', killAtExit);
    log.end();
  });
  // A launcher that dies of an error must not leave a broker behind.
  const killAtExit = () => child.kill('SIGKILL');
  process.on('exit', killAtExit);
  const { pid } = child;
  if (pid === undefined) {
    await exited;
    throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'java could not be started; install a Java 17 runtime.');
  }
  return { pid, exited, logPath, signal: (name) => void child.kill(name) };
}

/** Asks the process to end in good order, and makes it when it does not. */
export async function endNodeProcess(node: NodeProcess): Promise<void> {
  // A stopped process cannot hear SIGTERM.
  node.signal('SIGCONT');
  node.signal('SIGTERM');
  const timer = setTimeout(() => node.signal('SIGKILL'), KILL_AFTER_MS);
  await node.exited;
  clearTimeout(timer);
}

/** The last lines that the broker wrote: what an error message shows. */
export function lastLines(logPath: string, count = 8): string {
  if (!existsSync(logPath)) return '';
  return readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

/** A fresh cluster id in Kafka's own form: 16 bytes, base64url without padding, not beginning like an option. */
export function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}
