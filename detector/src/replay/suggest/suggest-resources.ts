import { environmentWeight } from '../../engine/judge/impact.ts';
import { type Draft, evidenceText, plural } from './draft.ts';
import { freeName, isName } from './names.ts';

/** More resources than a person reads are no proposal. */
const MAX_RESOURCES = 100;

/** What was acted on, by its identifier. */
export function suggestResources(draft: Draft): void {
  const { policy } = draft;
  const known = new Set(Object.values(policy.resources).map(({ match }) => match));
  const found = draft
    .of('resource')
    .filter(({ match }) => !known.has(match) && match.length > 0)
    .sort((a, b) => b.evidence.calls - a.evidence.calls || (a.match < b.match ? -1 : 1));
  if (found.length > MAX_RESOURCES)
    draft.leftOut.push(`resources: the ${MAX_RESOURCES} most used of ${found.length} are proposed`);
  for (const { match, resource, evidence } of found.slice(0, MAX_RESOURCES)) {
    if (known.has(match)) continue;
    known.add(match);
    const name = freeName(match, policy.resources);
    const claimed = draft.of('environment').filter((one) => one.match === match);
    // An agent's word may raise the tier, never lower it: what would make the target milder is for a person to say.
    const grave = claimed.find(
      ({ environment }) => isName(environment) && environmentWeight(environment) >= environmentWeight(undefined),
    );
    policy.resources[name] = {
      match,
      kind: resource,
      ...(grave === undefined ? {} : { environment: grave.environment }),
    };
    const said = claimed.map((one) => `${one.environment} (${plural(one.evidence.calls, 'call')})`).join(', ');
    const word = said === '' ? 'say which environment it belongs to' : `the agent itself says: ${said}; check it`;
    draft.because(['resources', name], `${evidenceText(evidence)}; ${word}`);
  }
}
