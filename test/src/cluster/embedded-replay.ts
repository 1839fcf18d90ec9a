import { join } from 'node:path';
import { createDetector } from '@haltwire/detector';
import { type Decision, type InputRecord, type LogEntry, TOPIC } from '@haltwire/schemas';
import { openLog } from 'haltwire';
import { readTopic } from '../support/read-topic.ts';

/** Records that only detectors which share a log write: the embedded driver's owner writes its own. */
const OF_OWNERS: readonly InputRecord['type'][] = ['claim', 'attached', 'probe', 'tick'];

/** What a decision says, without what follows from its place and time. */
function gist({ agentId, sessionId, callId, cause, decision, title }: Decision): string {
  return JSON.stringify({ agentId, sessionId, callId, cause, decision, title });
}

/**
 * Puts the recorded inputs of one partition through a detector over the embedded log, and counts the decisions on calls that
 * are not the recorded ones. Sessions in which time itself decided something are left out: there all is appended at once.
 */
export async function embeddedOtherwise(
  folder: string,
  inputs: readonly LogEntry[],
  written: readonly Decision[],
): Promise<number> {
  const log = openLog({ path: join(folder, 'log'), durability: 'process' });
  const detector = createDetector({ ...log, authenticator: { authenticate: () => undefined } });
  try {
    const kept = inputs.filter(({ value }) => !OF_OWNERS.includes((JSON.parse(value) as InputRecord).type));
    for (let start = 0; start < kept.length; start += 500) {
      await log.sink.append(TOPIC.inputs, kept.slice(start, start + 500));
    }
    await detector.start();
    await detector.stop();
    const again = (await readTopic(log.source, TOPIC.decisions)).map(({ value }) => JSON.parse(value) as Decision);
    const timed = new Set([...written, ...again].filter(({ cause }) => cause === 'timer').map(({ caseId }) => caseId));
    const gists = (decisions: readonly Decision[]): string[] =>
      decisions
        .filter(({ cause, caseId }) => cause === 'intent' && !timed.has(caseId))
        .map(gist)
        .sort();
    const [expected, actual] = [gists(written), gists(again)];
    return expected.filter((one, place) => one !== actual[place]).length + Math.max(0, actual.length - expected.length);
  } finally {
    await log.close();
  }
}
