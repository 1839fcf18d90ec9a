import type { z } from 'zod';
import { HaltwireError } from './errors.ts';

/**
 * Checks an operator's settings against their schema and fills in the defaults. Called once at start.
 *
 * Throws `HALTWIRE_CONFIG` naming each wrong key, as `nameOf` calls it, and what it should be. Values never get into the
 * message: they may be secrets.
 *
 * @param settings What these settings are, for the message: `The Kafka settings`.
 * @param nameOf The name of a key as its writer knows it: a key of a file, or a variable of the environment.
 *
 * @example
 * const config = parseSettings('The Kafka settings', kafkaConfigSchema, input, (path) => ['kafka', ...path].join('.'));
 */
export function parseSettings<T extends z.ZodType>(
  settings: string,
  schema: T,
  input: unknown,
  nameOf: (path: readonly string[]) => string,
): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      return `${issue.keys.map((key) => nameOf([...path, key])).join(', ')}: unknown; check the spelling or remove it`;
    }
    return `${nameOf(path)}: ${issue.message}`;
  });
  throw new HaltwireError('HALTWIRE_CONFIG', `${settings} are wrong. ${problems.join('; ')}`);
}
