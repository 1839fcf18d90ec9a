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
  const credentials = Object.keys(policy.credentials);
  const checkCredentials = (path: readonly PropertyKey[], names: readonly string[] = []): Dangling[] =>
    names.flatMap((name, place) =>
      credentials.includes(name)
        ? []
        : [{ path: [...path, 'credentials', place], message: missing('credential', 'credentials', name, credentials) }],
    );
  const checkNames = (
    path: readonly PropertyKey[],
    kind: 'agent' | 'task' | 'role' | 'resource',
    names: readonly string[] = [],
  ): Dangling[] => {
    const section = `${kind}s` as const;
    const declared = Object.keys(policy[section]);
    return names.flatMap((name, place) =>
      declared.includes(name) ? [] : [{ path: [...path, place], message: missing(kind, section, name, declared) }],
    );
  };
  const checkName = (
    path: readonly PropertyKey[],
    kind: 'agent' | 'task' | 'role' | 'resource',
    name: string | undefined,
  ): Dangling[] => (name === undefined ? [] : checkNames([], kind, [name]).map(({ message }) => ({ path, message })));
  return [
    ...Object.entries(policy.roles).flatMap(([name, role]) => [
      ...checkName(['roles', name, 'task'], 'task', role.task),
      ...checkCredentials(['roles', name], role.credentials),
    ]),
    ...Object.entries(policy.agents).flatMap(([name, agent]) => [
      ...checkName(['agents', name, 'task'], 'task', agent.task),
      ...checkCredentials(['agents', name], agent.credentials),
      // A role that is nowhere declared says only what kind of agent it is.
      ...(Object.keys(policy.roles).length === 0 ? [] : checkName(['agents', name, 'role'], 'role', agent.role)),
    ]),
    ...Object.entries(policy.tasks).flatMap(([name, task]) => checkCredentials(['tasks', name], task.credentials)),
    ...Object.entries(policy.resources).flatMap(([name, resource]) =>
      checkName(['resources', name, 'backupsOn'], 'resource', resource.backupsOn),
    ),
    ...Object.entries(policy.freezes).flatMap(([name, freeze]) =>
      checkNames(['freezes', name, 'exceptTasks'], 'task', freeze.exceptTasks),
    ),
    ...Object.entries(policy.standingApprovals).flatMap(([name, approval]) =>
      checkNames(['standingApprovals', name, 'tasks'], 'task', approval.tasks),
    ),
  ];
}
