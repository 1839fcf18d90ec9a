import type { LogEntry } from '@haltwire/schemas';
import { keyInfoSchema } from '@haltwire/server';
import { z } from 'zod';

const keyRecordSchema = z.object({
  v: z.literal(1),
  /** SHA-256 of the secret, hex; also the record's key. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  info: keyInfoSchema,
  /** Set once and for ever: a revoked key is kept as revoked, so that no repeat of an older record brings it back. */
  revoked: z.literal(true).optional(),
});

/** A record of `agent.keys`; the newest of a hash counts. */
export type KeyRecord = z.infer<typeof keyRecordSchema>;

/** The record of an entry; undefined when it cannot be read or is not about its own key. */
export function readKeyRecord({ key, value }: LogEntry): KeyRecord | undefined {
  try {
    const record = keyRecordSchema.parse(JSON.parse(value));
    return record.hash === key ? record : undefined;
  } catch {
    return undefined;
  }
}
