import { readFile } from 'node:fs/promises';
import { HaltwireError } from '@haltwire/schemas';
import type { KafkaConfig as KafkajsConfig } from 'kafkajs';
import { z } from 'zod';
import type { SaslConfig } from '../config/sasl.ts';

const TOKEN_TIMEOUT_MS = 10_000;
/** A token is asked for again when it has less than this left. */
const TOKEN_MARGIN_MS = 30_000;

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().optional() });

type OauthSasl = Extract<SaslConfig, { mechanism: 'oauthbearer' }>;

/** Gives the token of the client-credentials grant, and keeps it for as long as it is good. */
function clientCredentials(sasl: OauthSasl): () => Promise<string> {
  let held: { readonly token: string; readonly until: number } | undefined;
  return async () => {
    if (held !== undefined && Date.now() < held.until) return held.token;
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    if (sasl.scope !== undefined) body.set('scope', sasl.scope);
    const credentials = `${encodeURIComponent(sasl.clientId ?? '')}:${encodeURIComponent(sasl.clientSecret ?? '')}`;
    const response = await fetch(sasl.tokenUrl ?? '', {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      body,
      signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
    });
    const answer = tokenAnswer.safeParse(await response.json().catch(() => undefined));
    if (!response.ok || !answer.success) {
      throw new HaltwireError(
        'HALTWIRE_UNAUTHENTICATED',
        `The token endpoint answered ${response.status} and no token; check kafka.sasl.clientId and clientSecret.`,
      );
    }
    const lifeMs = (answer.data.expires_in ?? 0) * 1000;
    held = { token: answer.data.access_token, until: Date.now() + lifeMs - TOKEN_MARGIN_MS };
    return held.token;
  };
}

function tokenFile(path: string): () => Promise<string> {
  return async () => {
    try {
      return (await readFile(path, 'utf8')).trim();
    } catch (cause) {
      throw new HaltwireError('HALTWIRE_CONFIG', `kafka.sasl.tokenFile cannot be read: ${path}.`, { cause });
    }
  };
}

/** Our settings as kafkajs wants them. */
export function saslOptions(sasl: SaslConfig | undefined): KafkajsConfig['sasl'] {
  if (sasl === undefined) return undefined;
  if (sasl.mechanism !== 'oauthbearer') return sasl;
  const token = sasl.tokenFile === undefined ? clientCredentials(sasl) : tokenFile(sasl.tokenFile);
  return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await token() }) };
}
