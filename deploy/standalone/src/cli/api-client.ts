import { readFileSync } from 'node:fs';
import { HaltwireError } from '@haltwire/schemas';
import { z } from 'zod';
import { UsageError } from './command.ts';
import { commandName } from './command-name.ts';

/** Flags of every command that talks to a server. */
export const serverFlags = {
  url: { type: 'string' },
  'token-file': { type: 'string' },
} as const;

export const serverFlagsHelp = `  --url URL          server; default: $HALTWIRE_URL, else http://127.0.0.1:4318
  --token-file FILE  file with a person's token; default: the token in $HALTWIRE_TOKEN`;

/** Where a command finds its server, and as whom it comes. */
export interface ServerAccess {
  readonly url: string;
  readonly token: string;
}

/** Reads the server's address and the person's token. A token is never taken from argv, where others could read it. */
export function readServerAccess(
  flags: { url?: string | undefined; 'token-file'?: string | undefined },
  env: NodeJS.ProcessEnv = process.env,
): ServerAccess {
  const url = flags.url ?? env.HALTWIRE_URL ?? 'http://127.0.0.1:4318';
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new UsageError(`--url ${url} is not an address: give one such as http://127.0.0.1:4318.`);
  }
  const file = flags['token-file'];
  let token = env.HALTWIRE_TOKEN?.trim() ?? '';
  if (file !== undefined) {
    try {
      token = readFileSync(file, 'utf8').trim();
    } catch {
      throw new UsageError(`--token-file ${file} cannot be read: check the path.`);
    }
  }
  if (token === '') {
    throw new UsageError(
      `A token is missing: set HALTWIRE_TOKEN (${commandName()} up printed it at its first start), or give --token-file.`,
    );
  }
  return { url: url.replace(/\/$/, ''), token };
}

const errorSchema = z.object({ code: z.string(), message: z.string() });

/** A client of the server's HTTP API. */
export interface ApiClient {
  /** Throws `HaltwireError` with the server's own message, or one that says that nothing answers. */
  request(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
}

/**
 * Talks to the server's HTTP API as a person.
 *
 * @example
 * const api = createApiClient({ url: 'http://127.0.0.1:4318', token });
 * await api.request('POST', '/v1/holds/hold_1/approve', { reason: 'it is scratch' });
 */
export function createApiClient({ url, token }: ServerAccess): ApiClient {
  return {
    async request(method, path, body) {
      let response: Response;
      try {
        response = await fetch(`${url}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      } catch (cause) {
        throw new HaltwireError(
          'HALTWIRE_UNREACHABLE',
          `Nothing answers at ${url}. Is "${commandName()} up" running there?`,
          {
            cause,
          },
        );
      }
      const text = await response.text();
      if (response.ok) return text === '' ? undefined : JSON.parse(text);
      const known = errorSchema.safeParse(readJson(text));
      if (known.success && response.status === 401) {
        throw new HaltwireError('HALTWIRE_UNAUTHENTICATED', `${url} does not know the token: check HALTWIRE_TOKEN.`);
      }
      throw new HaltwireError(
        'HALTWIRE_BAD_REQUEST',
        known.success ? known.data.message : `${url}${path} answered ${response.status}: is it a haltwire server?`,
      );
    },
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
