import type { Target } from '@haltwire/schemas';
import { LIMITS } from '../config.ts';
import { credentialIn } from '../credentials.ts';
import type { Findings } from '../findings.ts';
import type { EffectDraft } from '../impact.ts';
import { type ResolvedPath, resolvePath } from '../paths.ts';
import type { Argument, Input, Shell } from './state.ts';

/** One command about to run: what a handler gets. */
export interface Call {
  /** The program's name without its folder, lower case. */
  readonly name: string;
  readonly args: readonly Argument[];
  readonly shell: Shell;
  readonly findings: Findings;
  readonly input: Input;
  /** `NAME=value` words in front of the command. */
  readonly environment: readonly string[];
}

/** Classifies one program's command line. */
export type Handler = (call: Call) => void;

/** A path argument, resolved. */
export function pathOf(call: Call, argument: Argument): ResolvedPath & { readonly target: Target } {
  const resolved = resolvePath(argument.value, call.shell.cwd, argument.known);
  return {
    ...resolved,
    target: { id: argument.value, ...(resolved.path === undefined ? {} : { path: resolved.path }) },
  };
}

/** Adds an effect of a command; the evidence names the command. */
export function add(call: Call, draft: Omit<EffectDraft, 'evidence'> & { readonly note?: string }): void {
  const { note, ...rest } = draft;
  const what =
    note ??
    call.args
      .slice(0, 3)
      .map((argument) => argument.value)
      .join(' ');
  const scope = rest.scope ?? (call.shell.repeated && rest.verb === 'delete' ? 'many' : undefined);
  call.findings.add({ ...rest, scope, evidence: `shell: ${call.shell.trail}${call.name} ${what}`.trimEnd() });
}

/**
 * The credential of a command to a remote system: in its own words, its environment, or a variable exported before.
 */
export function credentialOf(call: Call, authorises = false): string | undefined {
  const words = [...call.environment, ...call.args.map((argument) => argument.value)].join('\n');
  const own = credentialIn(words, call.findings.credentials, authorises);
  if (own !== undefined && own !== 'unknown') return own;
  for (const [name, { value }] of call.shell.variables) {
    if (!name.startsWith('export ')) continue;
    const exported = credentialIn(value, call.findings.credentials, false);
    if (exported !== undefined) return exported;
  }
  return own;
}

/** As many of a command's files, places or addresses as are looked at. What is left over counts as unread. */
export function bounded(call: Call, operands: readonly Argument[]): readonly Argument[] {
  if (operands.length <= LIMITS.operands) return operands;
  call.findings.unread(`more operands of ${call.name} than are read`);
  return operands.slice(0, LIMITS.operands);
}

/** The values of arguments. */
export function valuesOf(args: readonly Argument[]): string[] {
  return args.map((argument) => argument.value);
}
