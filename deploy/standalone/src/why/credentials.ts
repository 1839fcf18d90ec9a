import { type Decision, findPlaceholders, type Policy } from '@haltwire/schemas';
import type { Facts, PastInput } from './gather.ts';

/** Where a credential came from and what it is for. */
export interface CredentialWay {
  readonly fingerprint: string;
  /** Its name in the policy. */
  readonly name?: string | undefined;
  /** What it was issued for, in words; undefined when nobody said. */
  readonly issuedFor?: string | undefined;
  /** Agents and tasks that it was issued to. */
  readonly issuedTo: readonly string[];
  /** Where a result first showed it to this session; `sentence` is what was noted then. */
  readonly firstSeen?:
    | {
        readonly source?: string | undefined;
        readonly sentence?: string | undefined;
        readonly call?: string | undefined;
        readonly at: number;
      }
    | undefined;
  /** False while the history does not hold all of the session up to the call. */
  readonly historyKnown: boolean;
  /** Calls of the session before this one that used it. */
  readonly usedBefore: number;
}

/** The credentials of a decision's call, and the way of each. */
export function credentialWays({ decision, session, inputs, policy }: Facts): CredentialWay[] {
  const historyKnown = inputs?.some(({ record }) => isIntentOf(record, decision)) === true;
  return credentialsOf(decision).map((fingerprint) => {
    const [name, registered] =
      Object.entries(policy.credentials).find(([, credential]) => credential.fingerprint === fingerprint) ?? [];
    return {
      fingerprint,
      name,
      issuedFor: registered === undefined ? undefined : issuedFor(registered),
      issuedTo: name === undefined ? [] : holdersOf(policy, name),
      firstSeen: firstSeen(inputs ?? [], fingerprint, decision) ?? firstNoted(session, fingerprint, name, decision),
      historyKnown,
      usedBefore: (inputs ?? []).filter(({ record }) => usesBefore(record, fingerprint, decision)).length,
    };
  });
}

function credentialsOf({ effects, shown }: Decision): string[] {
  const named = effects.flatMap(({ credentialRef }) =>
    credentialRef === undefined || credentialRef === 'unknown' ? [] : [credentialRef],
  );
  return [...new Set([...named, ...findPlaceholders(shown ?? '').map(({ fingerprint }) => fingerprint)])];
}

function issuedFor({ description, purposes, environments }: Policy['credentials'][string]): string | undefined {
  const kinds = purposes?.flatMap(({ verbs, resources, systems }) =>
    [
      (verbs ?? []).join('/'),
      (resources ?? ['anything']).join(', '),
      systems === undefined ? '' : `on ${systems.join(', ')}`,
    ]
      .filter((part) => part !== '')
      .join(' '),
  );
  const what = description ?? kinds?.join('; ');
  if (environments === undefined) return what;
  return `${what ?? 'anything'}, in ${environments.join(', ')}`;
}

function holdersOf(policy: Policy, name: string): string[] {
  const holds = ({ credentials = [] }: { credentials?: readonly string[] | undefined }) => credentials.includes(name);
  return [
    ...Object.entries(policy.agents).flatMap(([agent, one]) => (holds(one) ? [`agent ${agent}`] : [])),
    ...Object.entries(policy.tasks).flatMap(([task, one]) => (holds(one) ? [`task ${task}`] : [])),
  ];
}

function firstSeen(inputs: readonly PastInput[], fingerprint: string, decision: Decision): CredentialWay['firstSeen'] {
  for (const { record, logTime } of inputs) {
    if (record.type !== 'call' || record.phase !== 'result' || logTime > decision.logTime) continue;
    const seen = record.derived.secretsSeen.find((secret) => secret.fingerprint === fingerprint);
    if (seen !== undefined) return { source: seen.source, call: record.callId, at: logTime };
  }
  return undefined;
}

/** What the engine itself noted: it is there before the history is. */
function firstNoted(
  session: readonly Decision[],
  fingerprint: string,
  name: string | undefined,
  { logTime }: Decision,
): CredentialWay['firstSeen'] {
  for (const noted of session) {
    if (noted.logTime > logTime) continue;
    const found = noted.indicators.find(
      (one) =>
        one.name === 'found-credential' &&
        (one.sentence.includes(fingerprint.slice(0, 12)) || (name !== undefined && one.sentence.includes(`"${name}"`))),
    );
    if (found !== undefined) return { sentence: found.sentence, call: noted.callId, at: noted.logTime };
  }
  return undefined;
}

function isIntentOf(record: PastInput['record'], { callId }: Decision): boolean {
  return record.type === 'call' && record.phase === 'intent' && record.callId === callId;
}

function usesBefore(record: PastInput['record'], fingerprint: string, { callId }: Decision): boolean {
  return (
    record.type === 'call' &&
    record.phase === 'intent' &&
    record.callId !== callId &&
    record.derived.credentials.some((use) => use.fingerprint === fingerprint)
  );
}
