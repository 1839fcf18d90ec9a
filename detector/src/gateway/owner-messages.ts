import { type GatewayMessage, parseSessionKey } from '@haltwire/schemas';
import type { Engine } from '../engine/engine.ts';
import type { Output } from '../engine/outputs.ts';
import type { SessionState } from '../engine/state/session.ts';
import { openVerdicts } from './open-verdicts.ts';

/** What an output means for the session's sockets, under the owner's epoch. Undefined when it does not concern them. */
export function messageOf(output: Output, epoch: number): { sessionKey: string; message: GatewayMessage } | undefined {
  if (output.type !== 'verdict' && output.type !== 'kill' && output.type !== 'release' && output.type !== 'posture') {
    return undefined;
  }
  const { sessionKey } = output;
  const sessionId = parseSessionKey(sessionKey)?.sessionId;
  if (sessionId === undefined) return undefined;
  if (output.type === 'kill') {
    return { sessionKey, message: killMessage(sessionId, output.kill, epoch, output.postureEpoch) };
  }
  const { sessionKey: _, ...message } = output;
  return { sessionKey, message: { ...message, sessionId, epoch } };
}

/** How a session stands, for a socket that has just said hello: welcome, kill, and the verdicts it may still wait for. */
export function catchUpOf(engine: Engine, sessionKey: string): GatewayMessage[] {
  const ref = parseSessionKey(sessionKey);
  if (ref === undefined) return [];
  const { sessionId } = ref;
  const { sessions, tenants, partition } = engine.store;
  const { epoch, now } = partition;
  const session = sessions.get(sessionKey);
  const tools = tenants.get(ref.tenantId)?.policy.tools ?? {};
  const welcome: GatewayMessage = {
    type: 'welcome',
    sessionId,
    epoch,
    postureEpoch: session?.postureEpoch ?? 0,
    posture: session?.posture ?? 'normal',
    readOnlyTools: Object.entries(tools).flatMap(([name, tool]) => (tool.readOnly ? [name] : [])),
  };
  if (session === undefined) return [welcome];
  return [welcome, ...killOf(session, epoch), ...openVerdicts(session, epoch, now)];
}

function killOf({ kill, sessionId, postureEpoch }: SessionState, epoch: number): GatewayMessage[] {
  return kill === undefined ? [] : [killMessage(sessionId, kill, epoch, postureEpoch)];
}

/** The kill as it stands, to be sent again. */
export function killMessage(
  sessionId: string,
  kill: { readonly killId: string; readonly reason: string },
  epoch: number,
  postureEpoch: number,
): GatewayMessage {
  return { type: 'kill', sessionId, killId: kill.killId, epoch, postureEpoch, reason: kill.reason };
}
