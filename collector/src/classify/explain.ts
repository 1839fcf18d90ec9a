import type { Derived, Effect } from '@haltwire/schemas';
import { impactOf } from './impact.ts';

const SCOPES: Readonly<Record<Effect['scope'], string>> = {
  one: 'one',
  many: 'many',
  all: 'all of it',
  unknown: 'how many is not known',
};

const REVERSIBLE: Readonly<Record<Effect['reversibility'], string>> = {
  reversible: 'can be undone',
  recoverable: 'can be recovered',
  irreversible: 'cannot be undone',
  unknown: 'whether it can be undone is not known',
};

/**
 * What a call would do, in lines for people: for each effect its verb, target and weight, then where the classifier read
 * it; after them what could not be read, and what the call does with secrets.
 *
 * Pure. The gravest effect is marked with `!`, or with `-` when the call changes nothing. Values are shown as the call has
 * them, so hand in what was classified: with secrets as placeholders.
 *
 * @example
 * explain(classifier.classify(input))
 * // ['! delete directory of filesystem: /srv/x (many, cannot be undone, destroys 0.7, impact 0.63)',
 * //  '    shell: rm -r /srv/x; sure 0.9']
 */
export function explain(derived: Derived): string[] {
  const lines = derived.effects.flatMap((effect, index) =>
    effectLines(effect, index === derived.worst && !derived.readOnly),
  );
  if (derived.opaque !== undefined) lines.push(`? not all of it could be read: ${derived.opaque}`);
  if (derived.secretHunt !== undefined) lines.push(`? looks for secrets: ${derived.secretHunt.evidence}`);
  for (const { fingerprint, kind, provider, where } of derived.credentials) {
    const of = provider === undefined ? kind : `${kind} of ${provider}`;
    lines.push(`* carries a credential: ${of} ${fingerprint}${where === undefined ? '' : ` in ${where}`}`);
  }
  for (const { fingerprint, kind, source } of derived.secretsSeen)
    lines.push(`* its result shows a secret: ${kind} ${fingerprint}${source === undefined ? '' : ` from ${source}`}`);
  if (derived.outcome !== undefined && derived.outcome.status === 'error')
    lines.push(
      `* it failed: ${derived.outcome.class}${derived.outcome.evidence === undefined ? '' : `, ${derived.outcome.evidence}`}`,
    );
  if (derived.readOnly) lines.push('= changes nothing: may run at once');
  return lines;
}

function effectLines(effect: Effect, gravest: boolean): string[] {
  const { verb, resource, system, scope, reversibility, destructiveness, touchesBackups, credentialRef } = effect;
  const weight = [
    SCOPES[scope],
    REVERSIBLE[reversibility],
    `destroys ${number(destructiveness)}`,
    `impact ${number(impactOf(effect))}`,
    ...(touchesBackups ? ['touches backups'] : []),
  ];
  const credential =
    credentialRef === undefined
      ? ''
      : `; authorised by ${credentialRef === 'unknown' ? 'a credential that is not shown' : credentialRef}`;
  return [
    `${gravest ? '!' : '-'} ${verb} ${resource} of ${system}${targetOf(effect)} (${weight.join(', ')})`,
    `    ${effect.evidence}; sure ${number(effect.confidence)}${credential}`,
  ];
}

function targetOf({ target }: Effect): string {
  const { id, host, path, environment } = target;
  const place = path ?? id;
  const shown = [
    ...(place === undefined ? [] : [place]),
    ...(host === undefined ? [] : [`at ${host}`]),
    ...(environment === undefined ? [] : [`in ${environment}`]),
  ];
  return shown.length === 0 ? '' : `: ${shown.join(' ').replaceAll(/\s+/g, ' ')}`;
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}
