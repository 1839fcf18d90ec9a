import { randomInt, randomUUID } from 'node:crypto';

/** A name for this gateway that no other process start has. It says in which partition of `agent.verdicts` it listens. */
export function newGatewayId(partitions: number): string {
  return `gw_${randomUUID()}@${randomInt(partitions)}`;
}

/** The partition of `agent.verdicts` in which a gateway listens; undefined when the id is none of ours. */
export function partitionOfGateway(gateway: string): number | undefined {
  const digits = /^gw_[0-9a-f-]{36}@(\d{1,5})$/.exec(gateway)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Key of a message that is for every gateway which listens in the partition. */
export const EVERY_GATEWAY = 'gw_*';
