import type { Target, Verb } from '@haltwire/schemas';
import { cuts } from '../../lexicon.ts';
import { cut } from '../../text.ts';
import { sharper } from '../../tool-act.ts';
import { actOf, resourceOf, splitWords } from '../../words.ts';
import { add, type Call, credentialOf } from '../call.ts';
import { has, type Options } from '../options.ts';

/** Options that ask nobody, or everything. */
const FORCED = ['force', 'yes', 'y', 'quiet', 'auto-approve', 'confirm', 'skip-confirmation'] as const;

/**
 * Classifies a vendor's command line by its subcommands: `ec2 terminate-instances`, `volumes destroy`, `apps:destroy`,
 * `compute instances delete`. The verb is the first subcommand that names an act; the thing is what stands around it.
 */
export function classifySubcommands(
  call: Call,
  system: string,
  words: readonly string[],
  options: Options,
  usual = 'unknown',
): void {
  const plain = words.findIndex((word) => !/^[A-Za-z][\w:-]*$/.test(word));
  const leading = words.slice(0, Math.min(5, plain === -1 ? 5 : plain));
  const deletes = leading.slice(0, 4).findIndex((word) => sureVerb(word) === 'delete');
  const at = deletes === -1 ? leading.findIndex((word) => sureVerb(word) !== undefined) : deletes;
  const position = at === -1 ? leading.findIndex((word) => actOf(word) !== undefined) : at;
  const act = position === -1 ? undefined : actOf(leading[position] ?? '');
  const credentialRef = credentialOf(call);
  noteDeletingOption(call, system, options);
  if (act === undefined) {
    const id = words.slice(0, 3).join(' ');
    add(call, {
      verb: 'execute',
      resource: usual === 'unknown' ? 'program' : usual,
      system,
      target: { id },
      credentialRef,
      confidence: 0.5,
    });
    return;
  }
  const before = words[position - 1];
  const after = words[position + 1];
  // `delete volume v1` names the thing after the verb; `volume delete v1` before it.
  const thing =
    act.resource !== 'unknown'
      ? act.resource
      : before !== undefined
        ? thingOf(before)
        : words.length > position + 2 && after !== undefined
          ? thingOf(after)
          : usual;
  const operand = before === undefined && thing !== usual ? words[position + 2] : after;
  const dry = has(options, 'dry-run', 'dryrun', 'what-if', 'preview', 'help');
  add(call, {
    ...(dry ? { verb: 'read' as const } : sharper(act.verb, thing)),
    resource: thing,
    system,
    target: targetOf(options, operand),
    scope: has(options, 'all', 'recursive') ? 'all' : undefined,
    ...(act.verb === 'update' &&
    cuts.has(act.word) &&
    !dry &&
    !/(?:^|-)(?:query|search|scan|import|export)$/.test(thing)
      ? { destructiveness: 0.5 }
      : {}),
    credentialRef,
    note: `${cut(words.slice(0, 5).join(' '), 120)}${has(options, ...FORCED) ? ' (not asked)' : ''}`,
    confidence: act.sure ? 0.9 : 0.7,
  });
}

function sureVerb(word: string): Verb | undefined {
  const act = actOf(word);
  return act?.sure === true ? act.verb : undefined;
}

/** `--remove-all`, `--cleanup`, `--purge`, `--delete-files`: an option that names a deletion. */
export function noteDeletingOption(call: Call, system: string, options: Options): boolean {
  for (const flag of options.flags) {
    if (flag.length < 5 || /^no-|unused|^delete-protection/.test(flag)) continue;
    const act = actOf(flag);
    if (act?.verb !== 'delete' || !act.sure || !flag.startsWith(act.word)) continue;
    const target = { id: options.operands.at(-1)?.value ?? '' };
    add(call, {
      verb: 'delete',
      resource: act.resource,
      system,
      target,
      destructiveness: 0.5,
      note: `--${flag}`,
      confidence: 0.6,
    });
    return true;
  }
  return false;
}

function thingOf(word: string): string {
  return resourceOf(splitWords(word));
}

function targetOf(options: Options, operand: string | undefined): Target {
  let id = operand;
  let environment: string | undefined;
  for (const [name, values] of options.values) {
    const value = values.at(-1)?.value;
    if (/^(?:environment|env|stage|context|profile|workspace)$/.test(name)) environment = value;
    else if (
      id === undefined &&
      /(?:^|-)(?:ids?|name|names|identifier|arn|app|project|bucket|resource-group)$/.test(name)
    )
      id = value;
  }
  return { ...(id === undefined ? {} : { id }), ...(environment === undefined ? {} : { environment }) };
}
