import type { Policy } from '@haltwire/schemas';
import { editDistance, type Problem } from '@haltwire/server/yaml';

interface Named {
  readonly name: string;
  readonly path: readonly PropertyKey[];
}

/** Everywhere that an environment is named. */
function environmentsOf(policy: Policy): Named[] {
  const one = (section: string, name: string, environment: string | undefined): Named[] =>
    environment === undefined ? [] : [{ name: environment, path: [section, name, 'environment'] }];
  const list = (path: readonly PropertyKey[], environments: readonly string[] = []): Named[] =>
    environments.map((environment, place) => ({ name: environment, path: [...path, place] }));
  return [
    ...Object.entries(policy.tasks).flatMap(([name, task]) => one('tasks', name, task.environment)),
    ...Object.entries(policy.resources).flatMap(([name, resource]) => one('resources', name, resource.environment)),
    ...Object.entries(policy.credentials).flatMap(([name, { environments }]) =>
      list(['credentials', name, 'environments'], environments),
    ),
    ...Object.entries(policy.freezes).flatMap(([name, { environments }]) =>
      list(['freezes', name, 'environments'], environments),
    ),
    ...Object.entries(policy.standingApprovals).flatMap(([name, { environments }]) =>
      list(['standingApprovals', name, 'environments'], environments),
    ),
    ...policy.rules.flatMap(({ environments }, place) => list(['rules', place, 'environments'], environments)),
  ];
}

function lonelyEnvironments(policy: Policy): Problem[] {
  const named = environmentsOf(policy);
  const count = (name: string): number => named.filter((one) => one.name === name).length;
  const declared = new Set(Object.entries(policy.environments).flat(2));
  return named
    .filter(({ name }) => count(name) === 1 && !declared.has(name))
    .map(({ name, path }) => {
      const near = named.find((other) => other.name !== name && editDistance(other.name, name) <= 2)?.name;
      const guess = near === undefined ? '' : ` Did you mean "${near}"?`;
      return { path, message: `Nothing else names the environment "${name}".${guess}` };
    });
}

function lonelyTasks(policy: Policy): Problem[] {
  const used = new Set([...Object.values(policy.agents), ...Object.values(policy.roles)].map(({ task }) => task));
  return Object.keys(policy.tasks)
    .filter((name) => !used.has(name))
    .map((name) => ({
      path: ['tasks', name],
      message: `No agent has the task "${name}": it counts only for sessions that bring a task token.`,
    }));
}

function credentialWarnings(policy: Policy): Problem[] {
  const granted = new Set(
    [policy.agents, policy.roles, policy.tasks]
      .flatMap((section) => Object.values(section))
      .flatMap(({ credentials = [] }) => credentials),
  );
  return Object.entries(policy.credentials).flatMap(([name, { purposes }]) => [
    ...(granted.has(name)
      ? []
      : [
          {
            path: ['credentials', name],
            message: `Nothing else names the credential "${name}": give it to the agents or tasks that it was issued to.`,
          },
        ]),
    ...(purposes === undefined
      ? [
          {
            path: ['credentials', name],
            message: `"${name}" has no purposes: it may be used for anything. Say what it was issued for.`,
          },
        ]
      : []),
  ]);
}

function resourcesWithoutEnvironment(policy: Policy): Problem[] {
  return Object.entries(policy.resources)
    .filter(([, { environment }]) => environment === undefined)
    .map(([name]) => ({
      path: ['resources', name],
      message: `"${name}" has no environment: no task can be kept off it by its environment.`,
    }));
}

/** What is valid and yet probably not meant. */
export function warningsOf(policy: Policy): Problem[] {
  return [
    ...lonelyEnvironments(policy),
    ...lonelyTasks(policy),
    ...credentialWarnings(policy),
    ...resourcesWithoutEnvironment(policy),
  ];
}
