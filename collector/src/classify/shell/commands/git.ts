import type { EffectDraft } from '../../impact.ts';
import { notePath, notePattern } from '../../secrets.ts';
import { add, bounded, type Call, credentialOf, type Handler, valuesOf } from '../call.ts';
import { has, type Options, readOptions } from '../options.ts';
import { runWrapped } from '../run.ts';
import type { CommandTable } from './index.ts';
import { search } from './searches.ts';

type Draft = Omit<EffectDraft, 'evidence' | 'system'>;
type Subcommand = (options: Options, words: readonly string[]) => Draft;

const read = (resource: string): Draft => ({ verb: 'read', resource, confidence: 1 });
const change = (resource: string, destructiveness: number): Draft => ({ verb: 'update', resource, destructiveness });

const READING =
  'status log diff show blame describe rev-parse ls-files ls-tree ls-remote shortlog cat-file name-rev merge-base rev-list for-each-ref show-ref whatchanged reflog count-objects grep check-ignore var version help diff-tree show-branch cherry annotate fsck range-diff verify-commit';

/** Local work is lost: nothing else holds what was not committed. */
const lost = (scope: 'one' | 'many' | 'all', destructiveness = 0.6): Draft => ({
  verb: 'delete',
  resource: 'uncommitted-change',
  scope,
  destructiveness,
  reversibility: 'irreversible',
});

const subcommands: Readonly<Record<string, Subcommand>> = {
  push: (options, words) => {
    const forced = has(options, 'f', 'force', 'mirror') || words.some((word) => word.startsWith('+'));
    const leased = words.some((word) => word.startsWith('--force-with-lease'));
    const removes = has(options, 'd', 'delete', 'prune') || words.some((word) => /^:[^:]/.test(word));
    const target = {
      id: options.operands
        .slice(1)
        .map(({ value }) => value)
        .join(' '),
    };
    if (has(options, 'n', 'dry-run')) return { ...read('commit'), confidence: 0.9 };
    if (removes)
      return { verb: 'delete', resource: 'branch', scope: has(options, 'mirror', 'prune') ? 'many' : 'one', target };
    if (forced)
      return {
        verb: 'update',
        resource: 'history',
        destructiveness: 0.6,
        reversibility: 'irreversible',
        scope: has(options, 'mirror', 'all') ? 'all' : 'many',
        target,
      };
    if (leased)
      return { verb: 'update', resource: 'history', destructiveness: 0.5, reversibility: 'recoverable', target };
    return { verb: 'publish', resource: 'commit', destructiveness: 0.2, reversibility: 'recoverable', target };
  },
  reset: (options, words) =>
    has(options, 'hard', 'merge') || words.some((word) => /^--(?:ha?|har)$/.test(word))
      ? lost('many')
      : { ...change('commit', 0.1), reversibility: 'recoverable' },
  clean: (options) =>
    has(options, 'n', 'dry-run')
      ? { ...read('file'), confidence: 0.9 }
      : { ...lost('many', has(options, 'x', 'X') ? 0.7 : 0.6), resource: 'file' },
  checkout: (options, words) => {
    const paths =
      words.includes('--') || options.operands.some(({ value }) => value === '.' || /\.\w+$|\/$/.test(value));
    if (has(options, 'f', 'force') || paths)
      return lost(options.operands.some(({ value }) => value === '.') ? 'many' : 'one');
    return change('branch', 0.1);
  },
  restore: (options) =>
    has(options, 'staged', 'S') && !has(options, 'worktree', 'W') ? change('commit', 0.1) : lost('many'),
  switch: (options) => (has(options, 'f', 'force', 'discard-changes') ? lost('many') : change('branch', 0.1)),
  branch: (options) => {
    const target = { id: options.operands.map(({ value }) => value).join(' ') };
    if (has(options, 'D') || (has(options, 'd', 'delete') && has(options, 'f', 'force'))) {
      return { verb: 'delete', resource: 'branch', destructiveness: 0.6, target };
    }
    if (has(options, 'd', 'delete'))
      return { verb: 'delete', resource: 'branch', destructiveness: 0.2, reversibility: 'recoverable', target };
    if (has(options, 'f', 'force', 'm', 'M', 'move')) return { ...change('branch', 0.5), target };
    return options.operands.length === 0 || has(options, 'list', 'l', 'a', 'r', 'contains', 'merged')
      ? { verb: 'list', resource: 'branch', confidence: 1 }
      : { verb: 'create', resource: 'branch', target };
  },
  tag: (options) =>
    has(options, 'd', 'delete')
      ? { verb: 'delete', resource: 'tag' }
      : options.operands.length === 0 || has(options, 'l', 'list')
        ? { verb: 'list', resource: 'tag', confidence: 0.95 }
        : { verb: 'create', resource: 'tag' },
  stash: (_options, words) => {
    if (words[1] === 'drop') return lost('one');
    if (words[1] === 'clear') return lost('all', 0.7);
    return words[1] === 'list' || words[1] === 'show' ? { ...read('commit'), confidence: 0.9 } : change('file', 0.2);
  },
  remote: (_options, words) =>
    words.slice(1).every((word) => /^(?:-v|show|get-url|origin)$/.test(word))
      ? { verb: 'list', resource: 'remote', confidence: 1 }
      : change('remote', /^(?:rm|remove)$/.test(words[1] ?? '') ? 0.4 : 0.2),
  worktree: (_options, words) =>
    words[1] === 'remove'
      ? {
          verb: 'delete',
          resource: 'worktree',
          destructiveness: words.includes('--force') || words.includes('-f') ? 0.6 : 0.3,
        }
      : change('worktree', 0.1),
  reflog: (_options, words) =>
    /^(?:expire|delete)$/.test(words[1] ?? '')
      ? { verb: 'delete', resource: 'history', scope: 'many' }
      : { ...read('commit'), confidence: 0.9 },
  gc: (_options, words) =>
    words.some((word) => /^--pr?u?n?e?=(?!never)/.test(word))
      ? { verb: 'delete', resource: 'history', scope: 'many' }
      : change('repository', 0.1),
  prune: () => ({ verb: 'delete', resource: 'history', scope: 'many', destructiveness: 0.6 }),
  'update-ref': (options) =>
    has(options, 'd') ? { verb: 'delete', resource: 'branch', destructiveness: 0.6 } : change('branch', 0.4),
  'filter-branch': () => ({ verb: 'delete', resource: 'history', scope: 'all' }),
  'filter-repo': () => ({ verb: 'delete', resource: 'history', scope: 'all' }),
  rm: (options) => ({
    verb: 'delete',
    resource: 'file',
    scope: has(options, 'r') ? 'many' : 'one',
    destructiveness: has(options, 'cached') ? 0.2 : 0.5,
    reversibility: 'recoverable',
  }),
  rebase: () => change('history', 0.4),
  commit: (options) => (has(options, 'amend') ? change('commit', 0.3) : { verb: 'create', resource: 'commit' }),
  config: (options, words) =>
    has(options, 'get', 'list', 'l') || words.length === 2
      ? { ...read('setting'), confidence: 0.9 }
      : change('setting', 0.3),
  submodule: (_options, words) =>
    words[1] === 'deinit'
      ? { verb: 'delete', resource: 'directory', scope: 'many', destructiveness: 0.5 }
      : change('repository', 0.2),
  clone: () => ({ verb: 'create', resource: 'repository', destructiveness: 0.1 }),
};

const git: Handler = (call) => {
  const outer = readOptions(call.args, {
    valued: 'Cc',
    long: ['git-dir', 'work-tree', 'namespace'],
    stopAtOperand: true,
  });
  const [first, ...args] = outer.operands;
  const name = first === undefined ? undefined : { ...first, value: first.value.toLowerCase() };
  if (name === undefined) return add(call, { verb: 'read', resource: 'program', system: 'git', confidence: 0.9 });
  // `-c core.pager=…`, `-c alias.x=!…` make git run programs.
  if (
    (outer.values.get('c') ?? []).some(({ value }) =>
      /^(?:alias|core|diff|merge|filter|credential|protocol)\./i.test(value),
    )
  ) {
    call.findings.unclear('git with a configuration of its own');
    add(call, { verb: 'execute', resource: 'program', system: 'git', confidence: 0.7 });
  }
  if (name.value === 'grep') return search({ ...call, name: 'grep', args });
  if (name.value === 'submodule' && args[0]?.value === 'foreach')
    return runWrapped(call, args.slice(1), { repeated: true });
  const options = readOptions(args, {
    valued: /^(?:switch|checkout)$/.test(name.value) ? 'bBcC' : 'mbnOCoSGLI',
    long: ['message', 'author', 'date', 'format', 'max-count'],
  });
  for (const pattern of [...(options.values.get('S') ?? []), ...(options.values.get('G') ?? [])])
    notePattern(call.findings, pattern.value, 'git');
  const words = [name.value, ...valuesOf(args)];
  const draft = draftOf(name.value, options, words);
  noteOutput(call, options);
  add(call, {
    ...draft,
    system: 'git',
    credentialRef: name.value === 'push' ? credentialOf(call) : undefined,
    note: words.slice(0, 4).join(' '),
  });
};

const reading = new Set(READING.split(' '));

function draftOf(name: string, options: Options, words: readonly string[]): Draft {
  const known = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (known !== undefined) return known(options, words);
  if (reading.has(name))
    return has(options, 'ext-diff', 'output', 'open-files-in-pager', 'O')
      ? { verb: 'execute', resource: 'program' }
      : read('commit');
  if (
    /^(?:add|fetch|pull|merge|cherry-pick|revert|init|mv|apply|am|bisect|notes|sparse-checkout|lfs|bundle|format-patch|archive)$/.test(
      name,
    )
  ) {
    return change('repository', 0.2);
  }
  return { verb: 'execute', resource: 'program', confidence: 0.5 };
}

function noteOutput(call: Call, options: Options): void {
  if (has(options, 'output')) add(call, { verb: 'update', resource: 'file', system: 'filesystem', note: '--output' });
  // `git show HEAD:.env` reads that file.
  for (const { value } of bounded(call, options.operands))
    notePath(call.findings, value.slice(value.indexOf(':') + 1), 'git reads');
}

/** Version control. */
const table: CommandTable = { git };

export { table as git };
