import type { Check } from '../judge/check.ts';
import { backupInBlastRadius } from './backup-in-blast-radius.ts';
import { blockEvasion } from './block-evasion.ts';
import { confirmsWarning } from './confirms-warning.ts';
import { copyUnverifiedThenDelete } from './copy-unverified-then-delete.ts';
import { credentialSwitchAfterDenial } from './credential-switch-after-denial.ts';
import { escalationAfterFailure } from './escalation-after-failure.ts';
import { irreversibleDestruction } from './irreversible-destruction.ts';
import { killByName } from './kill-by-name.ts';
import { opaqueCall } from './opaque-call.ts';
import { pathExpansion } from './path-expansion.ts';
import { postCompletionDestruction } from './post-completion-destruction.ts';
import { productionChange } from './production-change.ts';
import { removesWhatOthersMade } from './removes-what-others-made.ts';
import { repeating } from './repeating.ts';
import { runaway } from './runaway.ts';
import { scopeExceedsTask } from './scope-exceeds-task.ts';
import { secretHunting } from './secret-hunting.ts';
import { targetWithoutProvenance } from './target-without-provenance.ts';
import { unknownCredential } from './unknown-credential.ts';
import { untrustedReadThenEgress } from './untrusted-read-then-egress.ts';

/** Heuristics over intents. They raise posture, alert and hold; never kill alone. */
export const indicators: readonly Check[] = [
  irreversibleDestruction,
  backupInBlastRadius,
  pathExpansion,
  scopeExceedsTask,
  productionChange,
  blockEvasion,
  confirmsWarning,
  copyUnverifiedThenDelete,
  killByName,
  secretHunting,
  credentialSwitchAfterDenial,
  escalationAfterFailure,
  postCompletionDestruction,
  untrustedReadThenEgress,
  targetWithoutProvenance,
  unknownCredential,
  opaqueCall,
  runaway,
  repeating,
  removesWhatOthersMade,
];
