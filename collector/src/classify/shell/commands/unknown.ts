import { targetIn } from '../../generic.ts';
import { cuts } from '../../lexicon.ts';
import { looksLikeSql } from '../../sql/detect.ts';
import { classifySql } from '../../sql/sql.ts';
import { actOf, type NamedAct, resourceOf, splitWords } from '../../words.ts';
import { add, type Call, credentialOf, valuesOf } from '../call.ts';
import { readOptions } from '../options.ts';
import { runWrapped } from '../run.ts';
import { nested } from '../state.ts';
import { walkSource } from '../walk.ts';
import { noteReset } from './migrations.ts';
import { noteDeletingOption } from './vendor-cli.ts';

/** Programs that nobody names in passing: after an unknown program's name they are what it runs. */
const RUN_BY_OTHERS =
  /^(?:rm|dd|mkfs\S*|shred|git|kubectl|docker|terraform|aws|gcloud|psql|mysql|redis-cli|mongosh|sh|bash|zsh|python\d?|node|perl|ruby|curl|find|xargs|sudo|systemctl|chmod|chown|mv|truncate|dropdb|helm|prisma|kill|pkill|killall)$/;

/**
 * A program that no table knows: it executes. If its words name an act (`acme volume delete v1`), or hold another
 * command (`wrapper rm -rf x`, `tool --command 'rm -rf x'`), that counts as well.
 */
export function unknownProgram(call: Call): void {
  const words = valuesOf(call.args);
  if (noteReset(call, call.name, [call.name, ...words])) return;
  const inner = call.args.findIndex(({ value }, at) => at < 6 && RUN_BY_OTHERS.test(value));
  if (inner !== -1 && inner < call.args.length - 1) runWrapped(call, call.args.slice(inner));
  embeddedCommands(call);
  const options = readOptions(call.args);
  if (words.every((word) => !/^--(?:dry-?run|help)$/.test(word)) && noteDeletingOption(call, call.name, options))
    return;
  const named = actInWords(words) ?? actInName(call.name, words);
  const credentialRef = credentialOf(call);
  if (named !== undefined && ['delete', 'grant', 'transfer', 'publish'].includes(named.act.verb)) {
    const id = words.slice(named.at + 1).find((word) => !word.startsWith('-'));
    add(call, {
      verb: named.act.verb,
      resource: named.act.resource,
      system: call.name,
      target: id === undefined ? {} : targetIn(id, named.act.resource),
      credentialRef,
      ...milder(named.act.word),
      confidence: 0.5,
    });
    return;
  }
  if (named !== undefined && cuts.has(named.act.word)) {
    add(call, {
      verb: 'update',
      resource: named.act.resource,
      system: call.name,
      credentialRef,
      destructiveness: 0.5,
      confidence: 0.5,
    });
    return;
  }
  add(call, {
    verb: 'execute',
    resource: 'program',
    system: 'shell',
    target: { id: call.name },
    credentialRef,
    confidence: 0.5,
  });
}

/** Options that take a command line, and words that take the rest as one. */
const COMMAND_OPTION = /^--?(?:command|cmd|commands|scripts?|exec|shell-command|run|execute|C|a|e)$/;

/** Options that may hold SQL. */
const SQL_OPTION = /^--?(?:command|sql|query|execute|statement|e|q|c|Q)$/;

/** Walks command lines that a program is given to run elsewhere. */
export function embeddedCommands(call: Call): void {
  const { args } = call;
  const shell = nested(call.shell, {
    depth: call.shell.depth + 1,
    trail: `${call.shell.trail}${call.name} > `,
    cwd: undefined,
  });
  for (const [at, { value }] of args.slice(0, 64).entries()) {
    // One word is neither a command line nor a statement.
    if (!/\s/.test(value)) continue;
    const equals = /^(--?[\w-]+|commands)=(.+)$/s.exec(value.slice(0, 4096));
    const option = equals === null ? args[at - 1]?.value : equals[1];
    const text = (equals === null ? value : (equals[2] ?? '')).replace(/^commands=/, '');
    const line = /^\s*\[?["']?\s*([^"'\]]+)/.exec(text)?.[1] ?? '';
    const named = COMMAND_OPTION.test(option ?? '') || option === 'commands' || /^commands=/.test(value);
    const first = line.trim().split(/\s+/, 1)[0] ?? '';
    const statement = text.trim().replace(/^["']|["']$/g, '');
    if (SQL_OPTION.test(option ?? '') && looksLikeSql(statement) && !call.shell.programs.has(first))
      classifySql(call.findings, statement, {
        system: call.name,
        by: `shell: ${call.shell.trail}${call.name} ${option}`,
      });
    else if (/\s/.test(line.trim()) && (named ? call.shell.programs.has(first) : RUN_BY_OTHERS.test(first)))
      walkSource(line, shell);
  }
  // `lxc exec c -- cmd`
  const dashes = args.findIndex(({ value }) => value === '--');
  const runs = args
    .slice(0, Math.max(0, dashes))
    .some(({ value }) => /^(?:exec|run|ssh|shell|command|attach|start)$/.test(value));
  if (dashes !== -1 && runs) runWrapped(call, args.slice(dashes + 1), { cwd: undefined });
}

/** Subcommands that empty something of their program's own. */
const WEAK_DELETES = /^(?:clean|clear|reset|empty|expire)$/;

function milder(word: string): { destructiveness?: number; reversibility?: 'recoverable' } {
  return /^(?:clean|clear|cleanup|prune|empty|uninstall)$/.test(word)
    ? { destructiveness: 0.3, reversibility: 'recoverable' }
    : {};
}

/** `lxc-destroy c`, `k3s-uninstall.sh`: a program whose own name says what it does. */
function actInName(
  name: string,
  words: readonly string[],
): { readonly act: NamedAct; readonly at: number } | undefined {
  const act =
    /[-_]/.test(name) && !words.some((word) => word === '--list') ? actOf(name.replace(/\.\w+$/, '')) : undefined;
  return act?.sure === true && act.verb === 'delete' ? { act, at: -1 } : undefined;
}

/** The act that leading subcommands name, and where it stands: a deletion before all else, then the first sure one. */
function actInWords(words: readonly string[]): { readonly act: NamedAct; readonly at: number } | undefined {
  const leading: { readonly word: string; readonly at: number; readonly act: NamedAct | undefined }[] = [];
  for (const [at, word] of words.slice(0, 16).entries()) {
    if (word.startsWith('-') || /[/\\.]/.test(word)) continue;
    if (!/^[A-Za-z][\w:-]*$/.test(word) || leading.length === 4) break;
    leading.push({ word, at, act: actOf(word) });
  }
  const counts = ({ word, act }: (typeof leading)[number]) =>
    act !== undefined && (act.sure || WEAK_DELETES.test(word) || cuts.has(word));
  const found = leading.find((each) => counts(each) && each.act?.verb === 'delete') ?? leading.find(counts);
  if (found?.act === undefined) return undefined;
  const before = leading[leading.indexOf(found) - 1]?.word;
  const after = words[found.at + 1];
  const thing =
    found.act.resource === 'unknown'
      ? (before ?? (words.length > found.at + 2 ? after : undefined))
      : found.act.resource;
  const resource = thing !== undefined && /^[a-z][a-z-]+$/.test(thing) ? resourceOf(splitWords(thing)) : 'unknown';
  return { act: { ...found.act, resource }, at: found.at };
}
