import type { Policy } from '@haltwire/schemas';

interface Dangling {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function missing(kind: string, section: string, name: string, declared: readonly string[]): string {
  const known = declared.length === 0 ? `none is declared under ${section}` : `declared: ${declared.join(', ')}`;
  return `There is no ${kind} "${name}" (${known}). Declare it, or correct the name.`;
}

/** Names that point nowhere. A misspelt grant would make Haltwire refuse honest work, so it is refused at import. */
export function findDanglingNames(policy: Policy): Dangling[] {
  const tasks = Object.keys(policy.tasks);
  const credentials = Object.keys(policy.credentials);
  const checkCredentials = (path: readonly PropertyKey[], names: readonly string[] = []): Dangling[] =>
    names.flatMap((name, place) =>
      credentials.includes(name)
        ? []
        : [{ path: [...path, 'credentials', place], message: missing('credential', 'credentials', name, credentials) }],
    );
  return [
    ...Object.entries(policy.agents).flatMap(([name, agent]) => [
      ...(agent.task === undefined || tasks.includes(agent.task)
        ? []
        : [{ path: ['agents', name, 'task'], message: missing('task', 'tasks', agent.task, tasks) }]),
      ...checkCredentials(['agents', name], agent.credentials),
    ]),
    ...Object.entries(policy.tasks).flatMap(([name, task]) => checkCredentials(['tasks', name], task.credentials)),
  ];
}
