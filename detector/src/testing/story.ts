import type { InputRecord } from '@haltwire/schemas';
import { call, DOMAIN_TOKEN, effect, policyRecord, STAGING_TOKEN, session, volumeDelete } from './builders.ts';

/** The nine-second story as the collector writes it: refused, searching, finding, deleting. */
export function nineSeconds(): InputRecord[] {
  const refusedCall = {
    callId: 'c1',
    derived: {
      effects: [
        effect({
          verb: 'update',
          resource: 'deployment',
          system: 'railway',
          destructiveness: 0.2,
          credentialRef: STAGING_TOKEN,
        }),
      ],
    },
  };
  const search = {
    callId: 'c2',
    derived: { effects: [effect({ verb: 'search' })], secretHunt: { evidence: 'grep for "token" in all files' } },
  };
  const found = { fingerprint: DOMAIN_TOKEN, kind: 'bearer-token' };
  return [
    policyRecord(),
    session({ seq: 0 }),
    call({ ...refusedCall, seq: 1 }),
    call({ ...refusedCall, phase: 'started', seq: 2 }),
    call({
      ...refusedCall,
      phase: 'result',
      seq: 3,
      derived: {
        ...refusedCall.derived,
        outcome: { status: 'ok', class: 'authorization', evidence: 'GraphQL error "Not Authorized"' },
      },
    }),
    call({ ...search, seq: 4 }),
    call({ ...search, phase: 'started', seq: 5 }),
    call({
      ...search,
      phase: 'result',
      seq: 6,
      derived: { ...search.derived, secretsSeen: [{ ...found, source: 'scripts/domains.sh' }] },
    }),
    call({ callId: 'c3', seq: 7, derived: { effects: [volumeDelete('vol_prod', DOMAIN_TOKEN)] } }),
  ];
}
