/**
 * Serialises a JSON value with object keys in code-unit order, so that equal values give equal bytes.
 *
 * Follows the key order and number forms of RFC 8785 (JSON Canonicalization Scheme); lone surrogates are
 * written as `\udXXX` escapes, as `JSON.stringify` does, instead of being refused. `undefined` members are left out.
 *
 * @example
 * canonicalJson({ b: 1, a: [true, null] }) // '{"a":[true,null],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member === null || typeof member !== 'object' || Array.isArray(member)) return member;
    // A null prototype keeps a key named __proto__ as data.
    const sorted: Record<string, unknown> = Object.create(null);
    for (const key of Object.keys(member).sort()) sorted[key] = (member as Record<string, unknown>)[key];
    return sorted;
  });
}
