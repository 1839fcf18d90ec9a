import { randomUUID } from 'node:crypto';
import type { WithoutOutcome } from './outcome.ts';
import { runAgent } from './processes.ts';
import { ID } from './railway/world.ts';
import type { DemoTokens, Stage } from './stage.ts';
import { timelineOf } from './timeline.ts';

const volumeOf = async (stage: Stage) =>
  (await stage.railway.state()).volumes.find(({ id }) => id === ID.productionVolume);

/** First act: the agent with nothing between it and its tools. */
export async function playWithout(stage: Stage, tokens: DemoTokens): Promise<WithoutOutcome> {
  const before = await volumeOf(stage);
  const reports = await runAgent({
    story: 'staging-upgrade',
    repository: stage.repository,
    apiUrl: stage.railway.url,
    tokens: { staging: tokens.staging },
    sessionId: randomUUID(),
  });
  const end = reports.find((report) => report.type === 'end');
  return {
    volumeSurvived: (await volumeOf(stage)) !== undefined,
    backupsBefore: before?.backups.length ?? 0,
    elapsedMs: end?.elapsedMs ?? 0,
    timeline: timelineOf(reports),
  };
}
