import { HaltwireError } from '@haltwire/schemas';
import kafkajs from 'kafkajs';
import { z } from 'zod';
import { type BrokerInternals, requests } from '../client/internals.ts';
import type { Claim } from './assign.ts';

/** The kind of group that ordinary tools can show. */
const PROTOCOL_TYPE = 'consumer';
const PROTOCOL_NAME = 'haltwire-sticky';
const FORMAT_VERSION = 0;

/** A member of a group in one of its generations. */
export interface Member {
  readonly groupId: string;
  readonly memberId: string;
  readonly generation: number;
}

/** A generation that has begun. `members` is empty for all but its leader, which shares the partitions out. */
export interface Joined {
  readonly memberId: string;
  readonly generation: number;
  readonly leads: boolean;
  readonly members: readonly Claim[];
}

const userDataSchema = z.object({ owned: z.array(z.number().int().min(0)), generation: z.number().int() });

function readClaim(id: string, metadata: Buffer): Claim {
  const nothing = { id, owned: [], generation: -1 };
  try {
    const userData = kafkajs.AssignerProtocol.MemberMetadata.decode(metadata)?.userData;
    const read = userDataSchema.safeParse(JSON.parse(userData?.toString('utf8') ?? ''));
    return read.success ? { id, ...read.data } : nothing;
  } catch {
    // Somebody else's client in our group: it gets its share like everybody.
    return nothing;
  }
}

export interface JoinRequest {
  readonly groupId: string;
  /** Empty: a new member. */
  readonly memberId: string;
  readonly topic: string;
  readonly claim: Omit<Claim, 'id'>;
  readonly sessionTimeoutMs: number;
  /** How long the others have to join again, ms. */
  readonly rebalanceTimeoutMs: number;
}

/** The id that the coordinator wants a newcomer to come back with. */
function requiredId(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'KafkaJSMemberIdRequired') return undefined;
  return 'memberId' in error && typeof error.memberId === 'string' ? error.memberId : undefined;
}

/**
 * Joins, and waits until all members have joined. Rejects with kafkajs' errors.
 *
 * `onId` hears the member's id as soon as it is known: whoever leaves while it waits must name it.
 */
export async function joinGroup(
  broker: BrokerInternals,
  { groupId, memberId, topic, claim, sessionTimeoutMs, rebalanceTimeoutMs }: JoinRequest,
  onId: (memberId: string) => void,
): Promise<Joined> {
  const userData = Buffer.from(JSON.stringify(claim));
  const metadata = kafkajs.AssignerProtocol.MemberMetadata.encode({
    version: FORMAT_VERSION,
    topics: [topic],
    userData,
  });
  const ask = (id: string) =>
    broker.connectionPool.send(
      requests.JoinGroup.protocol({ version: 5 })({
        groupId,
        memberId: id,
        sessionTimeout: sessionTimeoutMs,
        rebalanceTimeout: rebalanceTimeoutMs,
        protocolType: PROTOCOL_TYPE,
        groupProtocols: [{ name: PROTOCOL_NAME, metadata }],
      }),
    );
  const answer = await ask(memberId).catch((error: unknown) => {
    const id = requiredId(error);
    if (id === undefined) throw error;
    onId(id);
    return ask(id);
  });
  onId(answer.memberId);
  return {
    memberId: answer.memberId,
    generation: answer.generationId,
    leads: answer.leaderId === answer.memberId,
    members: answer.members.map((member) => readClaim(member.memberId, member.memberMetadata)),
  };
}

/** Hands in what the leader has shared out (others: nothing), and waits for one's own share. */
export async function syncGroup(
  broker: BrokerInternals,
  { groupId, memberId, generation }: Member,
  topic: string,
  shares: ReadonlyMap<string, readonly number[]>,
): Promise<readonly number[]> {
  const { MemberAssignment } = kafkajs.AssignerProtocol;
  const groupAssignment = [...shares].map(([id, partitions]) => ({
    memberId: id,
    memberAssignment: MemberAssignment.encode({
      version: FORMAT_VERSION,
      assignment: { [topic]: [...partitions] },
      userData: Buffer.alloc(0),
    }),
  }));
  const call = requests.SyncGroup.protocol({ version: 3 });
  const { memberAssignment } = await broker.connectionPool.send(
    call({ groupId, memberId, generationId: generation, groupInstanceId: null, groupAssignment }),
  );
  const decoded = MemberAssignment.decode(memberAssignment);
  if (decoded === null) throw new HaltwireError('HALTWIRE_UNAVAILABLE', 'The group gave this member no assignment.');
  return decoded.assignment[topic] ?? [];
}

export async function sendHeartbeat(broker: BrokerInternals, { groupId, memberId, generation }: Member): Promise<void> {
  const call = requests.Heartbeat.protocol({ version: 3 });
  await broker.connectionPool.send(call({ groupId, memberId, groupGenerationId: generation, groupInstanceId: null }));
}

export async function leaveGroup(
  broker: BrokerInternals,
  { groupId, memberId }: Pick<Member, 'groupId' | 'memberId'>,
): Promise<void> {
  const call = requests.LeaveGroup.protocol({ version: 3 });
  await broker.connectionPool.send(call({ groupId, memberId, groupInstanceId: null }));
}

/** Says from where each partition is to be read next. */
export async function commitOffsets(
  broker: BrokerInternals,
  { groupId, memberId, generation }: Member,
  topic: string,
  offsets: ReadonlyMap<number, number>,
): Promise<void> {
  const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) }));
  const call = requests.OffsetCommit.protocol({ version: 5 });
  await broker.connectionPool.send(
    call({ groupId, memberId, groupGenerationId: generation, topics: [{ topic, partitions }] }),
  );
}
