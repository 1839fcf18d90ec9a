import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { HaltwireError } from '@haltwire/schemas';
import { playHonest } from './act-honest.ts';
import { playWith } from './act-with.ts';
import { playWithout } from './act-without.ts';
import { setUpGuard } from './guard.ts';
import { startKafkaServers } from './kafka-servers.ts';
import type { DemoOutcome } from './outcome.ts';
import { honestLines, introLines, resultLines, withLines, withoutLines } from './print.ts';
import { startServerProcess } from './processes.ts';
import { makeTokens, openStage, withFolder } from './stage.ts';

/** Programs that the agent's shell needs. The demo runs real commands, so there is nothing to put in their place. */
const PROGRAMS = ['bash', 'curl', 'grep'];

function checkPrograms(): void {
  for (const program of PROGRAMS) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
    } catch (cause) {
      throw new HaltwireError(
        'HALTWIRE_CONFIG',
        `The demo runs real commands and needs ${program}: install it (for example: apt-get install ${program}) and run again.`,
        { cause },
      );
    }
  }
}

/** Where the demo tells its story. */
export interface DemoOutput {
  lines(lines: readonly string[]): void;
  /** What is being waited for. */
  progress(text: string): void;
}

/**
 * Plays the whole story and returns what happened. Every process that it starts has ended when it returns or throws.
 *
 * - `kafka`: false (default) = the standalone server; true = collector and two detectors over a real Kafka broker
 *
 * @example
 * const outcome = await runDemo({ lines: (lines) => console.log(lines.join('\n')), progress: () => {} });
 */
export async function runDemo(output: DemoOutput, { kafka = false }: { kafka?: boolean } = {}): Promise<DemoOutcome> {
  checkPrograms();
  const began = performance.now();
  const tokens = makeTokens();
  return withFolder(async (folder) => {
    output.lines(introLines());

    output.progress('starting the API and the agent');
    const first = await openStage(folder, 'without', tokens);
    const without = await playWithout(first, tokens).finally(() => first.close());
    output.lines(withoutLines(without, tokens));

    output.progress(`starting a fresh API and ${kafka ? 'Kafka, a collector, two detectors' : 'the Haltwire server'}`);
    const stage = await openStage(folder, 'with', tokens);
    try {
      const server = kafka ? await startKafkaServers(folder) : await startServerProcess(join(folder, 'haltwire'));
      const guard = await setUpGuard(server, tokens, stage.railway.url);
      try {
        const withHaltwire = await playWith(stage, tokens, guard);
        output.lines(withLines(withHaltwire, tokens));
        output.progress('honest work, under task tokens');
        const honest = await playHonest(stage, tokens, guard);
        output.lines(honestLines(honest, tokens));
        const outcome = { without, withHaltwire, honest, elapsedMs: Math.round(performance.now() - began) };
        output.lines(resultLines(outcome));
        return outcome;
      } finally {
        await guard.close();
      }
    } finally {
      await stage.close();
    }
  });
}
