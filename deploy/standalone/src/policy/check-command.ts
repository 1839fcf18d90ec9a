import { HaltwireError } from '@haltwire/schemas';
import { formatFault } from '@haltwire/server/yaml';
import { UsageError } from '../cli/command.ts';
import { checkFile, policyFilesAt } from './check-files.ts';
import { countsOf } from './counts.ts';

/** Options of `checkPolicies`. */
export interface CheckOptions {
  /** Warnings fail the check too. */
  readonly strict: boolean;
  readonly json: boolean;
}

/**
 * Checks files and folders and prints what was found; warnings go to stderr. Answers the exit code.
 *
 * Throws `HALTWIRE_POLICY` with every fault on a line of its own.
 */
export async function checkPolicies(paths: readonly string[], { strict, json }: CheckOptions): Promise<number> {
  if (paths.length === 0) throw new UsageError('policy check needs a FILE or FOLDER.');
  const checked = await Promise.all(paths.flatMap(policyFilesAt).map(checkFile));
  const faulty = checked.some(({ faults }) => faults.length > 0);
  const warned = checked.some(({ warnings }) => warnings.length > 0);
  const code = faulty || (strict && warned) ? 1 : 0;
  if (json) {
    const files = checked.map(({ file, policy, faults, warnings }) => ({
      file,
      valid: policy !== undefined,
      faults,
      warnings,
    }));
    process.stdout.write(`${JSON.stringify({ files })}\n`);
    return code;
  }
  for (const { file, policy, warnings } of checked) {
    for (const warning of warnings) process.stderr.write(`warning: ${formatFault(file, warning)}\n`);
    if (policy === undefined) continue;
    const noted = warnings.length === 0 ? '' : ` ${warnings.length} warning${warnings.length === 1 ? '' : 's'}.`;
    process.stdout.write(`${file} is valid: ${countsOf(policy)}.${noted}\n`);
  }
  const faults = checked.flatMap((one) => one.faults.map((fault) => formatFault(one.file, fault)));
  if (faults.length > 0) throw new HaltwireError('HALTWIRE_POLICY', faults.join('\n'));
  return code;
}
