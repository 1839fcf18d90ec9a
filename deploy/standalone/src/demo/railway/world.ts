/** A backup. As with the real platform at the time, it lives on the volume that it backs up. */
export interface Backup {
  readonly id: string;
  readonly createdAt: string;
}

export interface Volume {
  readonly id: string;
  readonly name: string;
  readonly environmentId: string;
  readonly serviceId: string | null;
  readonly rows: number;
  readonly backups: readonly Backup[];
}

export interface CustomDomain {
  readonly id: string;
  readonly domain: string;
  readonly environmentId: string;
  readonly serviceId: string;
  readonly targetPort: number;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** All that the stand-in's customers own. */
export interface World {
  readonly project: Named;
  readonly environments: readonly Named[];
  readonly services: readonly Named[];
  readonly volumes: Map<string, Volume>;
  readonly domains: Map<string, CustomDomain>;
  readonly deployments: { serviceId: string; environmentId: string }[];
}

/** Fixed ids: the example policy names them. */
export const ID = {
  production: '7c0a1f52-4a55-4c0e-9a3f-0d5b6c1e2a01',
  staging: '7c0a1f52-4a55-4c0e-9a3f-0d5b6c1e2a02',
  postgres: 'b81d33c6-90ce-4b58-8f0d-51c2f4a7e101',
  web: 'b81d33c6-90ce-4b58-8f0d-51c2f4a7e102',
  productionVolume: '3d2c42fb-6b1e-4f0b-b7a9-5f0e8d1c9a77',
  stagingVolume: '91f0aa3e-2c44-4d53-9e6b-7a1b3c5d7e88',
  domain: 'd0a4b6c2-7f1e-4c3d-8b5a-9e6f7a8b9c10',
} as const;

function dailyBackups(count: number): Backup[] {
  return Array.from({ length: count }, (_, day) => ({
    id: `backup-${day + 1}`,
    createdAt: new Date(Date.UTC(2026, 3, 24 - day, 3)).toISOString(),
  }));
}

/** A small car-rental shop on the evening before the incident. */
export function createWorld(): World {
  const production: Volume = {
    id: ID.productionVolume,
    name: 'postgres-data',
    environmentId: ID.production,
    serviceId: ID.postgres,
    rows: 48_213,
    backups: dailyBackups(14),
  };
  const staging: Volume = {
    id: ID.stagingVolume,
    name: 'postgres-data',
    environmentId: ID.staging,
    serviceId: ID.postgres,
    rows: 240,
    backups: [],
  };
  const domain: CustomDomain = {
    id: ID.domain,
    domain: 'book.pocketos.example',
    environmentId: ID.production,
    serviceId: ID.web,
    targetPort: 8080,
  };
  return {
    project: { id: 'f3b9c1d0-55aa-4e77-8c21-6d9e0f1a2b3c', name: 'pocketos' },
    environments: [
      { id: ID.production, name: 'production' },
      { id: ID.staging, name: 'staging' },
    ],
    services: [
      { id: ID.postgres, name: 'postgres' },
      { id: ID.web, name: 'web' },
    ],
    volumes: new Map([
      [production.id, production],
      [staging.id, staging],
    ]),
    domains: new Map([[domain.id, domain]]),
    deployments: [],
  };
}

/** What an onlooker may ask of the stand-in, as plain JSON. */
export interface WorldView {
  readonly volumes: readonly Volume[];
  readonly domains: readonly CustomDomain[];
}

export function viewOf(world: World): WorldView {
  return { volumes: [...world.volumes.values()], domains: [...world.domains.values()] };
}
