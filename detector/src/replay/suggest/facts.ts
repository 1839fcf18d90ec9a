import { type CallEvent, type Effect, readVerbs, type Verb } from '@haltwire/schemas';

/** One thing that a clean call showed. Facts are counted by their JSON, so their members stand in a fixed order. */
export type Fact =
  | { readonly kind: 'task'; readonly agentId: string; readonly taskId?: string | undefined }
  | ({ readonly kind: 'operation'; readonly agentId: string; readonly taskId?: string | undefined } & Act)
  | {
      readonly kind: 'credential';
      readonly agentId: string;
      readonly taskId?: string | undefined;
      readonly fingerprint: string;
      readonly looks: string;
    }
  | ({ readonly kind: 'use'; readonly fingerprint: string } & Act)
  | { readonly kind: 'host'; readonly system: string; readonly host: string }
  | { readonly kind: 'resource'; readonly match: string; readonly resource: string }
  | ({ readonly kind: 'approval'; readonly agentId: string; readonly target: string } & Act)
  | { readonly kind: 'environment'; readonly match: string; readonly environment: string };

/** What is done to what, and where. */
export interface Act {
  readonly system: string;
  readonly host?: string | undefined;
  readonly verb: Verb;
  readonly resource: string;
}

/** Work on files and local programs is the harness's own ground: grants speak of systems beyond it. */
function isBeyond({ system, verb }: Effect): boolean {
  return system !== 'filesystem' && verb !== 'execute';
}

/** What an allowed call shows about agent, task, credentials, systems and resources. */
export function factsOf(event: CallEvent, taskId: string | undefined): Fact[] {
  const { agentId, derived, claimed } = event;
  const facts: Fact[] = [{ kind: 'task', agentId, taskId }];
  for (const { fingerprint, kind, provider } of derived.credentials)
    facts.push({ kind: 'credential', agentId, taskId, fingerprint, looks: provider ?? kind });
  for (const effect of derived.effects) {
    const { system, verb, resource, target } = effect;
    const act: Act = { system, host: target.host, verb, resource };
    if (target.host !== undefined) facts.push({ kind: 'host', system, host: target.host.toLowerCase() });
    for (const fingerprint of authorising(event, effect)) facts.push({ kind: 'use', fingerprint, ...act });
    if (!isBeyond(effect)) continue;
    if (!readVerbs.includes(verb)) facts.push({ kind: 'operation', agentId, taskId, ...act });
    // What is only now made is named by the collection that it goes into.
    if (target.id === undefined || verb === 'create') continue;
    facts.push({ kind: 'resource', match: target.id, resource });
    const named = [target.environment, claimed.environment, ...(claimed.targets ?? []).map((one) => one.environment)];
    for (const environment of new Set(named))
      if (environment !== undefined) facts.push({ kind: 'environment', match: target.id, environment });
  }
  return facts;
}

/** What people let pass when they approve the call: its worst act, where it says on what exactly. */
export function approvedFactsOf({ agentId, derived }: CallEvent): Fact[] {
  const worst = derived.effects[derived.worst];
  const target = worst?.target.id ?? worst?.target.path;
  if (worst === undefined || target === undefined) return [];
  const { system, verb, resource } = worst;
  return [{ kind: 'approval', agentId, target, system, host: worst.target.host, verb, resource }];
}

/** As the engine joins them: the credential that the effect names, or all of the call when it cannot tell. */
function authorising({ derived }: CallEvent, { credentialRef }: Effect): string[] {
  if (credentialRef === undefined) return [];
  return derived.credentials
    .map(({ fingerprint }) => fingerprint)
    .filter((fingerprint) => credentialRef === 'unknown' || credentialRef === fingerprint);
}
