import { randomUUID } from 'node:crypto';
import { buildSchema, GraphQLError } from 'graphql';
import { type ApiToken, authorize, volumeOf } from './tokens.ts';
import type { CustomDomain, Volume, World } from './world.ts';

/** The part of the platform's public API that the story touches, under its real names. */
export const schema = buildSchema(`
  type Environment { id: String! name: String! }
  type Service { id: String! name: String! }
  type Backup { id: String! createdAt: String! }
  type Volume { id: String! name: String! environmentId: String! serviceId: String rows: Int! backups: [Backup!]! }
  type CustomDomain { id: String! domain: String! environmentId: String! serviceId: String! targetPort: Int! }
  type Project { id: String! name: String! environments: [Environment!]! services: [Service!]! volumes: [Volume!]! }

  input VolumeCreateInput { projectId: String! environmentId: String! serviceId: String name: String }
  input CustomDomainCreateInput { domain: String! environmentId: String! serviceId: String! targetPort: Int }

  type Query {
    project: Project!
    volume(id: String!): Volume!
    customDomains(environmentId: String!): [CustomDomain!]!
  }

  type Mutation {
    serviceInstanceDeploy(environmentId: String!, serviceId: String!): Boolean!
    volumeCreate(input: VolumeCreateInput!): Volume!
    volumeDelete(volumeId: String!): Boolean!
    customDomainCreate(input: CustomDomainCreateInput!): CustomDomain!
    customDomainUpdate(id: String!, environmentId: String!, targetPort: Int): Boolean!
    customDomainDelete(id: String!): Boolean!
  }
`);

/** What one request carries through execution. */
export interface RequestContext {
  readonly token: ApiToken | undefined;
  readonly world: World;
  /** Called by each operation before anything is checked: the access log shows attempts too. */
  note(operation: string, target?: string): void;
}

interface VolumeInput {
  readonly environmentId: string;
  readonly serviceId?: string;
  readonly name?: string;
}
interface DomainInput {
  readonly domain: string;
  readonly environmentId: string;
  readonly serviceId: string;
  readonly targetPort?: number;
}

function domainOf(world: World, id: string): CustomDomain {
  const domain = world.domains.get(id);
  if (domain === undefined) throw new GraphQLError(`CustomDomain ${id} not found`);
  return domain;
}

/** One function per root field: (arguments, context) -> answer. */
export const operations = {
  project(_: unknown, { token, world, note }: RequestContext) {
    note('project');
    authorize(token, {});
    const volumes = [...world.volumes.values()].filter(
      (volume) => token?.environments === 'all' || token?.environments.includes(volume.environmentId),
    );
    return { ...world.project, environments: world.environments, services: world.services, volumes };
  },
  volume({ id }: { id: string }, { token, world, note }: RequestContext) {
    note('volume', id);
    const volume = volumeOf(world, id);
    authorize(token, volume);
    return volume;
  },
  customDomains({ environmentId }: { environmentId: string }, { token, world, note }: RequestContext) {
    note('customDomains', environmentId);
    authorize(token, { environmentId });
    return [...world.domains.values()].filter((domain) => domain.environmentId === environmentId);
  },
  serviceInstanceDeploy(
    { environmentId, serviceId }: { environmentId: string; serviceId: string },
    { token, world, note }: RequestContext,
  ) {
    note('serviceInstanceDeploy', serviceId);
    authorize(token, { environmentId, serviceId });
    world.deployments.push({ environmentId, serviceId });
    return true;
  },
  volumeCreate({ input }: { input: VolumeInput }, { token, world, note }: RequestContext): Volume {
    note('volumeCreate', input.environmentId);
    authorize(token, input);
    const { environmentId, serviceId = null, name = 'volume' } = input;
    const volume = { id: randomUUID(), name, environmentId, serviceId, rows: 0, backups: [] };
    world.volumes.set(volume.id, volume);
    return volume;
  },
  // No confirmation, no delay, no check of what the token was issued for; the backups go with the volume.
  volumeDelete({ volumeId }: { volumeId: string }, { token, world, note }: RequestContext) {
    note('volumeDelete', volumeId);
    const { environmentId } = volumeOf(world, volumeId);
    authorize(token, { environmentId });
    return world.volumes.delete(volumeId);
  },
  customDomainCreate({ input }: { input: DomainInput }, { token, world, note }: RequestContext): CustomDomain {
    note('customDomainCreate', input.domain);
    authorize(token, input);
    const domain = { targetPort: 80, ...input, id: randomUUID() };
    world.domains.set(domain.id, domain);
    return domain;
  },
  customDomainUpdate({ id, targetPort }: { id: string; targetPort?: number }, { token, world, note }: RequestContext) {
    note('customDomainUpdate', id);
    const domain = domainOf(world, id);
    authorize(token, domain);
    world.domains.set(id, { ...domain, targetPort: targetPort ?? domain.targetPort });
    return true;
  },
  customDomainDelete({ id }: { id: string }, { token, world, note }: RequestContext) {
    note('customDomainDelete', id);
    authorize(token, domainOf(world, id));
    return world.domains.delete(id);
  },
};
