import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { analystMessageSchema } from './analyst.ts';
import { ownerMessageSchema, sessionRecordSchema } from './cluster.ts';
import { decisionSchema } from './decision.ts';
import { agentMessageSchema, gatewayMessageSchema } from './gateway.ts';
import { policySchema } from './policy.ts';
import { deadLetterSchema, inputRecordSchema } from './record.ts';

/** Every contract that others may validate against, by file name. The version is that of the record's `v`. */
export const jsonSchemas = {
  'input-record.v1': inputRecordSchema,
  'dead-letter.v1': deadLetterSchema,
  'decision.v1': decisionSchema,
  'session-record.v1': sessionRecordSchema,
  'owner-message.v1': ownerMessageSchema,
  'agent-message.v1': agentMessageSchema,
  'gateway-message.v1': gatewayMessageSchema,
  'analyst-message.v1': analystMessageSchema,
  'policy.v1': policySchema,
} as const;

/** The JSON Schema (draft 2020-12) of one contract. `input`: what a writer must produce, with defaults optional. */
export function jsonSchemaOf(name: keyof typeof jsonSchemas): Record<string, unknown> {
  return { $id: `https://haltwire.dev/schemas/${name}.json`, ...z.toJSONSchema(jsonSchemas[name], { io: 'input' }) };
}

const target = process.argv[2];
if (import.meta.main && target !== undefined) {
  mkdirSync(target, { recursive: true });
  for (const name of Object.keys(jsonSchemas) as (keyof typeof jsonSchemas)[]) {
    writeFileSync(join(target, `${name}.json`), `${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`);
  }
}
