import type { KeyInfo, KeyRequest } from '@haltwire/server';
import { z } from 'zod';
import { createApiClient, readServerAccess } from './api-client.ts';
import { readConfig, terminalLogger } from './cluster-config.ts';
import { UsageError } from './command.ts';

/** A key as it is listed. */
const keySchema = z.object({
  id: z.string(),
  kind: z.enum(['agent', 'person']),
  agentId: z.string().optional(),
  name: z.string().optional(),
  role: z.string().optional(),
  createdAt: z.number(),
  createdBy: z.string(),
});
export type ListedKey = z.infer<typeof keySchema>;
const createdSchema = keySchema.extend({ secret: z.string() });

/** Where a command finds the keys: behind a server's API, or on the Kafka of a cluster. */
export interface KeyAccess {
  /** What a person should know of where this went; undefined behind an API. */
  readonly note: string | undefined;
  create(request: KeyRequest): Promise<ListedKey & { readonly secret: string }>;
  list(): Promise<readonly ListedKey[]>;
  revoke(id: string): Promise<void>;
}

function throughApi(flags: Parameters<typeof readServerAccess>[0]): KeyAccess {
  const api = createApiClient(readServerAccess(flags));
  return {
    note: undefined,
    create: async (request) => createdSchema.parse(await api.request('POST', '/v1/keys', request)),
    list: async () => z.object({ keys: z.array(keySchema) }).parse(await api.request('GET', '/v1/keys')).keys,
    revoke: async (id) => void (await api.request('DELETE', `/v1/keys/${encodeURIComponent(id)}`)),
  };
}

async function onKafka(file: string): Promise<KeyAccess> {
  const { loadClusterConfig, useClusterKeys } = await import('@haltwire/cluster');
  const config = readConfig(() => loadClusterConfig({ file }));
  const listed = (info: KeyInfo): ListedKey => info;
  return {
    note: `Written straight to agent.keys on Kafka (${config.kafka.brokers.join(', ')}), without a server.`,
    create: (request) =>
      useClusterKeys(config, terminalLogger, async (keys) => {
        const { info, secret } = await keys.create(request, 'command line');
        return { ...listed(info), secret };
      }),
    list: () => useClusterKeys(config, terminalLogger, async (keys) => keys.list().map(listed)),
    revoke: (id) => useClusterKeys(config, terminalLogger, (keys) => keys.revoke(id)),
  };
}

/** Flags that choose where the keys are. */
export interface KeyFlags {
  readonly config?: string | undefined;
  readonly url?: string | undefined;
  readonly 'token-file'?: string | undefined;
}

/**
 * The keys behind the server's API, or, with `--config`, those on Kafka.
 *
 * Throws `UsageError` when the flags contradict each other or the access is missing.
 */
export async function openKeyAccess(flags: KeyFlags): Promise<KeyAccess> {
  if (flags.config === undefined) return throughApi(flags);
  if (flags.url !== undefined || flags['token-file'] !== undefined) {
    throw new UsageError('--config goes straight to Kafka: leave --url and --token-file out.');
  }
  return onKafka(flags.config);
}
