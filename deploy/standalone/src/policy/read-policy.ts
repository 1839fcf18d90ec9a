import { HaltwireError, type Policy, policySchema } from '@haltwire/schemas';
import { type Fault, formatFault, parseYaml, problemsOf } from '@haltwire/server/yaml';
import { findDanglingNames } from './references.ts';

/**
 * Reads a policy from YAML (or JSON, which is YAML), and says of every fault where it is and what would be right.
 *
 * Beyond the schema, names must be declared: a task that an agent names, a credential that a task names.
 *
 * @example
 * const { policy, faults } = readPolicy(await readFile('policy.yaml', 'utf8'));
 */
export function readPolicy(text: string): { policy?: Policy; faults: readonly Fault[] } {
  const { value, faults, faultAt } = parseYaml(text);
  if (faults.length > 0) return { faults };
  const parsed = policySchema.safeParse(value);
  if (!parsed.success) return { faults: problemsOf(parsed.error, policySchema).map(faultAt) };
  const dangling = findDanglingNames(parsed.data).map(faultAt);
  return dangling.length > 0 ? { faults: dangling } : { policy: parsed.data, faults: [] };
}

/**
 * The policy of a file's text.
 *
 * Throws `HALTWIRE_POLICY` with every fault on a line of its own: `FILE:LINE:COLUMN KEY: what is wrong, and the cure`.
 */
export function parsePolicy(text: string, file: string): Policy {
  const { policy, faults } = readPolicy(text);
  if (policy !== undefined) return policy;
  throw new HaltwireError('HALTWIRE_POLICY', faults.map((fault) => formatFault(file, fault)).join('\n'));
}
