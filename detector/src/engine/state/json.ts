/**
 * Serialises engine state: JSON, with a Map as `{"$map": [[key, value], …]}`.
 *
 * Maps rather than objects, because keys are ids that senders choose: `__proto__` must be a key like any other.
 * State holds nothing else that a sender shapes freely, so `$map` cannot be forged.
 */
export function stateToJson(state: unknown): string {
  return JSON.stringify(state, (_key, value: unknown) => (value instanceof Map ? { $map: [...value] } : value));
}

/** Reads back what `stateToJson` wrote. Throws SyntaxError on anything that is not JSON. */
export function stateFromJson(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('$map' in value)) return value;
    return new Map(value.$map as [unknown, unknown][]);
  });
}
