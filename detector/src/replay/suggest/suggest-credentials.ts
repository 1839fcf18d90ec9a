import { type Draft, evidenceText, together } from './draft.ts';
import { freeName } from './names.ts';

/** Credentials that were used, with what they were used for. */
export function suggestCredentials(draft: Draft): void {
  const { policy, credentials } = draft;
  const seen = Map.groupBy(draft.of('credential'), ({ fingerprint }) => fingerprint);
  for (const [fingerprint, uses] of seen) {
    if (credentials.has(fingerprint)) continue;
    const name = freeName(`${uses[0]?.looks ?? 'credential'}-${fingerprint.slice(4, 10)}`, policy.credentials);
    const evidence = together(uses.map((use) => use.evidence));
    credentials.set(fingerprint, name);
    policy.credentials[name] = { fingerprint };
    draft.because(['credentials', name], `${evidenceText(evidence)}; name it, and say what it was issued for`);
    const purposes = draft.operationsOf(draft.of('use').filter((use) => use.fingerprint === fingerprint));
    if (purposes.length === 0) continue;
    if (!draft.isEnough(evidence)) {
      draft.leaveOut(`credentials.${name}.purposes`, evidence);
      continue;
    }
    policy.credentials[name] = { fingerprint, purposes };
    draft.because(['credentials', name, 'purposes'], 'all that it was used for; anything else will be refused');
  }
}
