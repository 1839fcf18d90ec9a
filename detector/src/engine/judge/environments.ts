const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    production: 'prod production prd live',
    staging: 'staging stage stg stag uat preprod pre-prod pre-production preproduction',
    development: 'development dev develop',
    test: 'test testing tst qa',
    local: 'local localhost',
  }).flatMap(([name, aliases]) => aliases.split(' ').map((alias) => [alias, name] as const)),
);

/**
 * The one name of an environment that has several: `prd` is `production`. A name that nobody knows stays as it is.
 *
 * @param declared Further names that an operator declared, lower case.
 * @example
 * environmentName('PRD') // 'production'
 */
export function environmentName(name: string, declared?: ReadonlyMap<string, string>): string {
  const lower = name.trim().toLowerCase();
  return declared?.get(lower) ?? ALIASES.get(lower) ?? lower;
}

const SANDBOXES = new Set(['local', 'test', 'development', 'sandbox', 'ci']);

/** Whether an environment is made to be broken. */
export function isSandbox(name: string): boolean {
  return SANDBOXES.has(environmentName(name));
}

/** Whether an environment's name speaks of production: `production`, or anything that begins with `prod`. */
export function isProduction(name: string): boolean {
  const one = environmentName(name);
  return one === 'production' || one.startsWith('prod');
}

/** How much an environment's name weighs; unknown ones weigh nearly as much as production. */
export function environmentWeight(name: string | undefined): number {
  if (name === undefined) return 0.9;
  return isSandbox(name) ? 0.5 : isProduction(name) ? 1 : 0.75;
}
