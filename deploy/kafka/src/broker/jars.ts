import { spawn } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HaltwireError } from '@haltwire/schemas';
import { jarsCached, jarsFolder, POM_PATH } from './available.ts';

const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

function runMaven(outputFolder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      'mvn',
      ['-q', '-B', '-f', POM_PATH, COPY_GOAL, '-DincludeScope=runtime', `-DoutputDirectory=${outputFolder}`],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`maven ended with ${code}: ${said.trim().slice(-500)}`));
    });
  });
}

/**
 * Gets the broker's jars once, with Maven's own settings, and returns their folder.
 *
 * Two callers at once do not harm each other: each fills a folder of its own, and the first to finish is kept.
 * Throws `HALTWIRE_UNAVAILABLE` when Maven cannot get them.
 */
export async function ensureJars(): Promise<string> {
  const folder = jarsFolder();
  if (jarsCached()) return folder;
  const filling = `${folder}.${process.pid}.${Date.now()}`;
  await mkdir(dirname(folder), { recursive: true });
  try {
    await runMaven(filling);
    await writeFile(join(filling, '.complete'), '');
    if (!jarsCached()) await rm(folder, { recursive: true, force: true });
    await rename(filling, folder).catch((error: unknown) => {
      if (!jarsCached()) throw error;
    });
    return folder;
  } catch (cause) {
    throw new HaltwireError(
      'HALTWIRE_UNAVAILABLE',
      `The broker's jars could not be fetched: ${cause instanceof Error ? cause.message : 'unknown error'}. ` +
        'Check that maven reaches Maven Central, or set HALTWIRE_KAFKA_JARS to a folder that holds them.',
      { cause },
    );
  } finally {
    await rm(filling, { recursive: true, force: true });
  }
}
