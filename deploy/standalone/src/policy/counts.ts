import type { Policy } from '@haltwire/schemas';

/** How much a policy declares, in words. */
export function countsOf(policy: Policy): string {
  return (['agents', 'tasks', 'credentials', 'resources'] as const)
    .map((section) => `${Object.keys(policy[section]).length} ${section}`)
    .join(', ');
}
