import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Version of Apache Kafka that the launcher runs; the same as in pom.xml. */
export const KAFKA_VERSION = '4.1.0';

/** The pom that names the jars; from the built package too. */
export const POM_PATH = fileURLToPath(new URL('../../src/broker/pom.xml', import.meta.url));

/** Kafka 4 needs this Java or newer. */
const JAVA_MIN = 17;

function findUp(from: string, name: string): string | undefined {
  const path = join(from, name);
  if (existsSync(path)) return path;
  const parent = dirname(from);
  return parent === from ? undefined : findUp(parent, name);
}

/**
 * Folder of the broker's jars: `HALTWIRE_KAFKA_JARS` when set, `.cache/kafka/<version>` of a checkout, else one in the
 * user's cache folder.
 */
export function jarsFolder(): string {
  const configured = process.env.HALTWIRE_KAFKA_JARS;
  if (configured !== undefined && configured !== '') return configured;
  const lock = findUp(dirname(POM_PATH), 'package-lock.json');
  const base = lock === undefined ? join(homedir(), '.cache', 'haltwire') : join(dirname(lock), '.cache');
  return join(base, 'kafka', KAFKA_VERSION);
}

/** Are all jars there? Maven writes the server's jar whatever happens to the others, so count them too. */
export function jarsCached(): boolean {
  const folder = jarsFolder();
  return existsSync(join(folder, '.complete')) && readdirSync(folder).some((name) => name.startsWith('kafka_'));
}

function javaVersion(): number | undefined {
  const { status, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
}

/** What is missing to run a broker here. */
export type Availability = { readonly available: true } | { readonly available: false; readonly reason: string };

/**
 * Says whether a real broker can run here: Java 17, and the jars or Maven to get them.
 *
 * @example
 * const kafka = kafkaAvailable();
 * if (!kafka.available) console.log(`skipped: ${kafka.reason}`);
 */
export function kafkaAvailable(): Availability {
  const java = javaVersion();
  if (java === undefined) {
    return { available: false, reason: 'java is not installed; install a Java 17 runtime (openjdk-17-jre-headless)' };
  }
  if (java < JAVA_MIN) {
    return { available: false, reason: `java is version ${java}; Kafka ${KAFKA_VERSION} needs ${JAVA_MIN} or newer` };
  }
  if (jarsCached()) return { available: true };
  const maven = spawnSync('mvn', ['-version'], { encoding: 'utf8' });
  if (maven.status === 0) return { available: true };
  return { available: false, reason: `the broker's jars are not in ${jarsFolder()} and maven is not installed` };
}
