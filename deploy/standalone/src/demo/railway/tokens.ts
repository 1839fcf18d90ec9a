import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { World } from './world.ts';

/** A token of the stand-in's API and how far it reaches. */
export interface ApiToken {
  /** What people call it; the access log shows this, never the value. */
  readonly name: string;
  readonly secret: string;
  /** Ids of environments, or `all`: whatever it was issued for, nothing in the API holds it to that. */
  readonly environments: readonly string[] | 'all';
  /** Ids of services, or `all`. */
  readonly services: readonly string[] | 'all';
}

function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  return digest(a) === digest(b);
}

/** Whose `Authorization: Bearer …` header this is. */
export function tokenOf(tokens: readonly ApiToken[], authorization: string | undefined): ApiToken | undefined {
  const secret = authorization?.match(/^Bearer\s+(\S+)$/i)?.[1];
  return secret === undefined ? undefined : tokens.find((token) => sameSecret(token.secret, secret));
}

/** Throws `Not Authorized` unless the token reaches the environment and the service. */
export function authorize(
  token: ApiToken | undefined,
  reach: { environmentId?: string; serviceId?: string | null | undefined },
): void {
  const { environmentId, serviceId } = reach;
  const inEnvironment =
    token !== undefined &&
    (token.environments === 'all' || environmentId === undefined || token.environments.includes(environmentId));
  const inService =
    token !== undefined &&
    (token.services === 'all' || serviceId === undefined || serviceId === null || token.services.includes(serviceId));
  if (!inEnvironment || !inService) throw new GraphQLError('Not Authorized');
}

/** The volume, or the API's own answer for one that is not there. */
export function volumeOf(world: World, id: string) {
  const volume = world.volumes.get(id);
  if (volume === undefined) throw new GraphQLError(`Volume ${id} not found`);
  return volume;
}
