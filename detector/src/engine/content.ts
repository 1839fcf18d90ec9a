import type { CallEvent } from '@haltwire/schemas';
import { canonicalJson, sha256Hex } from '@haltwire/schemas';

/** What a witness says that the call is: a hash of tool and arguments, both redacted. */
export function contentOf(event: CallEvent): string {
  return sha256Hex(canonicalJson([event.claimed.tool?.name ?? null, event.claimed.arguments ?? null]));
}
