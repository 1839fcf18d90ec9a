import { type AnalystMessage, parseSessionKey } from '@haltwire/schemas';
import type { SessionDirectory } from '../directory/directory.ts';
import type { Output } from '../engine/outputs.ts';
import type { AnalystStream } from './stream.ts';

/** Shows the engine's outputs to people, in log order: the feed where the engine is in the same process. */
export function feedOutputs(stream: AnalystStream, directory: SessionDirectory, outputs: readonly Output[]): void {
  if (!stream.watched) return;
  const changed = new Set<string>();
  for (const output of outputs) {
    if (output.type === 'session') changed.add(output.sessionKey);
    const message = messageOf(output);
    if (message !== undefined) stream.publish(tenantOf(output), message);
  }
  for (const key of changed) {
    const record = directory.get(key);
    if (record === undefined) continue;
    stream.publish(record.session.tenantId, { type: 'session-changed', session: record.session });
  }
}

function messageOf(output: Output): AnalystMessage | undefined {
  switch (output.type) {
    case 'decision':
    case 'activity':
    case 'hold-opened':
      return output;
    case 'hold-closed': {
      const { type, holdId, outcome, by } = output;
      return { type, holdId, outcome, by };
    }
    default:
      return undefined;
  }
}

function tenantOf(output: Output): string | undefined {
  if (output.type === 'decision') return output.decision.tenantId;
  if (output.type === 'activity') return parseSessionKey(output.activity.sessionKey)?.tenantId;
  if (output.type === 'hold-opened') return output.hold.tenantId;
  return output.type === 'hold-closed' ? output.tenantId : undefined;
}
