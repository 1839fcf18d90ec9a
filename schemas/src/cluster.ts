import { z } from 'zod';
import { caseViewSchema, holdClosedSchema, holdViewSchema, sessionViewSchema } from './analyst.ts';
import { idSchema } from './event.ts';
import { gatewayMessageSchema } from './gateway.ts';

const epoch = z.number().int().min(0);
const partition = z.number().int().min(0);

/**
 * What a partition's owner tells a gateway, on `agent.verdicts`; the record's key is the gateway. A gateway refuses an
 * epoch that is lower than the highest it has seen of that partition.
 */
export const ownerMessageSchema = z.discriminatedUnion('type', [
  /** For the session's socket, as it is. */
  z.object({
    type: z.literal('session'),
    v: z.literal(1),
    partition,
    epoch,
    sessionKey: z.string(),
    message: gatewayMessageSchema,
  }),
  /** Answer to probe `n`: the owner has judged everything before it. */
  z.object({ type: z.literal('alive'), v: z.literal(1), partition, epoch, n: z.number().int().min(0) }),
  /** Messages before this one could not be sent: whoever has sessions of the partition asks anew how they stand. */
  z.object({ type: z.literal('missed'), v: z.literal(1), partition, epoch }),
  /** What became of a person's command. */
  z.object({
    type: z.literal('command'),
    v: z.literal(1),
    partition,
    epoch,
    commandId: idSchema,
    ok: z.boolean(),
    message: z.string(),
  }),
]);
export type OwnerMessage = z.infer<typeof ownerMessageSchema>;

/**
 * What every gateway and every API knows of a session, on `agent.sessions`; the record's key is the session's, `null`
 * forgets it. A kill stands there for as long as it stands.
 */
export const sessionRecordSchema = z.object({
  type: z.literal('session-record'),
  v: z.literal(1),
  /** Of the owner that wrote it. */
  epoch,
  session: sessionViewSchema,
  case: caseViewSchema.optional(),
  holds: z.array(holdViewSchema),
  /** Holds that were closed since the record before. */
  closed: z.array(holdClosedSchema),
});
export type SessionRecord = z.infer<typeof sessionRecordSchema>;
