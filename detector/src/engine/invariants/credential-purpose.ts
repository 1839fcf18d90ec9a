import type { Check } from '../judge/check.ts';
import { credentialsOf } from '../judge/context.ts';
import { describeAct } from '../judge/words.ts';
import { covers } from '../policy-index.ts';

/** A registered credential is used for something that it was not issued for. */
export const credentialPurpose: Check = {
  name: 'credential-purpose',
  tags: ['ASI03', 'AML.T0091.000'],
  proof: (context) => {
    for (const judged of context.effects) {
      for (const used of credentialsOf(context, judged.effect)) {
        const registered = context.policy.credential(used.use.fingerprint);
        if (registered === undefined) continue;
        const { purposes, environments, description } = registered.credential;
        const issuedFor = description ?? purposes?.map((p) => (p.resources ?? ['anything']).join(', ')).join('; ');
        if (purposes !== undefined && !covers(purposes, judged.effect, judged.system, false)) {
          return `Credential "${registered.name}" was issued for ${issuedFor}, not for ${describeAct(judged)}.`;
        }
        if (
          environments !== undefined &&
          judged.environment !== undefined &&
          !environments.some((name) => context.policy.environmentName(name) === judged.environment)
        ) {
          return `Credential "${registered.name}" belongs to ${environments.join(', ')}, not to ${judged.environment}.`;
        }
      }
    }
    return undefined;
  },
};
