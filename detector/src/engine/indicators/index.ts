import type { Check } from '../judge/check.ts';
import { backupInBlastRadius } from './backup-in-blast-radius.ts';
import { credentialSwitchAfterDenial } from './credential-switch-after-denial.ts';
import { escalationAfterFailure } from './escalation-after-failure.ts';
import { irreversibleDestruction } from './irreversible-destruction.ts';
import { opaqueCall } from './opaque-call.ts';
import { secretHunting } from './secret-hunting.ts';
import { unknownCredential } from './unknown-credential.ts';

/** Heuristics over intents. They raise posture, alert and hold; never kill alone. */
export const indicators: readonly Check[] = [
  irreversibleDestruction,
  backupInBlastRadius,
  secretHunting,
  credentialSwitchAfterDenial,
  escalationAfterFailure,
  unknownCredential,
  opaqueCall,
];
