const names: readonly (readonly [RegExp, string])[] = [
  [/^(?:prod|production|prd|live)$/, 'production'],
  [/^(?:stag|staging|stage|stg|uat|preprod)$/, 'staging'],
  [/^(?:dev|develop|development)$/, 'development'],
  [/^(?:test|testing|qa|ci)$/, 'test'],
  [/^sandbox$/, 'sandbox'],
];

/**
 * The environment that a name speaks of; undefined when it names none, or several.
 *
 * @example
 * environmentIn('gke_acme_europe-west1_prod-blue') // 'production'
 */
export function environmentIn(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const words = name
    .slice(0, 512)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  const found = new Set(words.flatMap((word) => names.find(([pattern]) => pattern.test(word))?.[1] ?? []));
  // `non-prod` and `prod-to-staging-copy` prove nothing.
  if (found.size !== 1 || words.includes('non') || words.includes('nonprod')) return undefined;
  return [...found][0];
}
