import type { Check } from '../judge/check.ts';
import { credentialGranted } from './credential-granted.ts';
import { credentialNotFound } from './credential-not-found.ts';
import { credentialPurpose } from './credential-purpose.ts';
import { environment } from './environment.ts';
import { freeze } from './freeze.ts';
import { identity } from './identity.ts';
import { withinGrant } from './within-grant.ts';

/**
 * What a call itself can violate, in the order of report. Provable from registry and log: may deny and kill.
 *
 * Violations of a call's life (`approved-digest`, `lease-use`, `kill-obeyed`, `record-complete`) are found where that
 * life is kept: see ../calls/.
 */
export const invariants: readonly Check[] = [
  identity,
  credentialNotFound,
  credentialGranted,
  credentialPurpose,
  environment,
  freeze,
  withinGrant,
];
