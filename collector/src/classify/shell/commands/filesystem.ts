import type { Scope } from '@haltwire/schemas';
import { LIMITS } from '../../config.ts';
import { isScratch } from '../../paths.ts';
import { notePath } from '../../secrets.ts';
import { add, bounded, type Call, type Handler, pathOf } from '../call.ts';
import { has, optionValue, readOptions } from '../options.ts';
import { harmOf } from '../redirects.ts';
import type { Argument } from '../state.ts';
import { noteWritten, writtenText } from '../written.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';

const SYSTEM = 'filesystem';

/** `rm`: one file, a tree, or everything. */
const remove: Handler = (call) => {
  const options = readOptions(call.args, { long: ['interactive'] });
  const recursive = has(options, 'r', 'R', 'recursive', 's', 'recurse');
  const operands = options.operands.length > 0 || call.input.from === undefined ? options.operands : [hidden()];
  for (const operand of bounded(call, operands)) deletePath(call, operand, recursive);
  if (operands.length === 0)
    add(call, { verb: 'delete', resource: 'file', system: SYSTEM, scope: 'unknown', confidence: 0.5 });
};

function hidden(): Argument {
  return { value: '(from input)', known: false, glob: true };
}

/** Records the deletion of a path, rated by how much hangs on it. */
export function deletePath(call: Call, operand: Argument, recursive: boolean): void {
  const { path, target, vast, scope } = pathOf(call, operand);
  const scratch = operand.known && !vast && (isScratch(path ?? operand.value) || wasMade(call, path));
  const weight = scratch ? 0.3 : isOwn(call, operand, path, vast) ? 0.5 : recursive ? 0.7 : 0.6;
  add(call, {
    verb: 'delete',
    resource: recursive ? (vast ? 'directory-tree' : 'directory') : 'file',
    system: SYSTEM,
    target,
    scope: scopeOf(call, scope, recursive, vast, operand),
    destructiveness: vast && (recursive || operand.glob) ? 1 : weight,
    ...(scratch ? { reversibility: 'recoverable' as const } : {}),
    note: `${recursive ? '-r ' : ''}${operand.value}${scratch ? ' (scratch)' : ''}`,
  });
}

/** The call itself, or its session before it, created the path or a folder above it. */
function wasMade(call: Call, path: string | undefined): boolean {
  const { paths } = call.shell.made;
  if (path === undefined || paths.size === 0) return false;
  for (let at = path; at.length > 1; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    if (paths.has(at)) return true;
  }
  return false;
}

/**
 * A named thing of the agent's own workspace, or what a search found: some, not all. A folder that the command moved
 * into counts as its place of work, unless it is the machine's own.
 */
function isOwn(call: Call, operand: Argument, path: string | undefined, vast: boolean): boolean {
  const { value } = operand;
  const found = operand.narrow === true || (!operand.known && call.shell.narrow === true);
  if (vast || !operand.known || found) return found && !vast;
  if (operand.glob && /^[^/]*[\w.-]{3}/.test(value.slice(value.lastIndexOf('/') + 1))) return true;
  if (/^(?:\*|\.\/?\*|\.)\/?$/.test(value) || value.split('/').includes('.git')) return false;
  const { workspace } = call.shell.made;
  if (workspace !== undefined && path?.startsWith(`${workspace}/`) === true) return true;
  const relative = !/^[/~\\]|^[A-Za-z]:/.test(value) && !value.split('/').includes('..');
  return relative && !MACHINE.test(call.shell.cwd ?? '');
}

/** The machine's own folders: nobody's place of work. */
const MACHINE =
  /^\/(?:etc|usr|bin|sbin|lib\w*|boot|dev|proc|sys|run|opt|root|System|Library)(?:\/|$)|^\/var(?!\/(?:folders|tmp|www)\/)|^\/(?:home|Users)(?:\/[^/]*)?$|^\/$|^~$/;

function scopeOf({ shell }: Call, scope: Scope, recursive: boolean, vast: boolean, operand: Argument): Scope {
  if (vast && (recursive || operand.glob)) return 'all';
  if (scope === 'unknown') return shell.repeated || recursive ? 'many' : 'unknown';
  return recursive || operand.glob || scope === 'many' || shell.repeated ? 'many' : 'one';
}

const truncate: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'sro', long: ['size', 'reference'] });
  for (const operand of bounded(call, options.operands)) {
    add(call, {
      verb: 'delete',
      resource: 'file',
      system: SYSTEM,
      target: pathOf(call, operand).target,
      note: operand.value,
    });
  }
};

const move: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'tS', long: ['target-directory', 'suffix'] });
  const sources =
    optionValue(options, 't', 'target-directory') === undefined ? options.operands.slice(0, -1) : options.operands;
  const to = optionValue(options, 't', 'target-directory') ?? options.operands.at(-1);
  const gone = to !== undefined && /^\/dev\/(?:null|full)$/.test(to.value);
  for (const source of bounded(call, sources)) {
    if (gone) deletePath(call, source, true);
    else {
      const { target, vast, scope } = pathOf(call, source);
      add(call, {
        verb: 'update',
        resource: 'file',
        system: SYSTEM,
        target,
        scope,
        ...(vast && source.narrow !== true ? { destructiveness: 0.9 } : {}),
      });
    }
  }
};

const copy: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'tSmog', long: ['target-directory', 'suffix'] });
  const to = optionValue(options, 't', 'target-directory') ?? options.operands.at(-1);
  for (const source of bounded(call, options.operands.slice(0, -1)))
    notePath(call.findings, pathOf(call, source).path ?? source.value, 'copies');
  const [from] = options.operands;
  const text = from === undefined || options.operands.length !== 2 ? undefined : writtenText(call.shell, from);
  if (text !== undefined && to !== undefined) noteWritten(call.shell, to, text, false);
  const device = /^\/dev\/(?:sd|hd|vd|nvme|xvd|disk|mmcblk)/.test(to?.value ?? '');
  add(call, {
    verb: device ? 'delete' : 'create',
    resource: device ? 'device' : 'file',
    system: SYSTEM,
    target: to === undefined ? {} : pathOf(call, to).target,
    // A copy may overwrite what is there; a copy of nothing empties it.
    ...(from?.value === '/dev/null'
      ? { destructiveness: 0.6, reversibility: 'irreversible' as const }
      : { destructiveness: device ? 1 : 0.2 }),
  });
};

/** Notes that the call creates a path: deleting it again is tidying up. */
function noteMade(call: Call, path: string | undefined): void {
  const { paths } = call.shell.made;
  if (path !== undefined && paths.size < LIMITS.operands) paths.add(path);
}

function changes(resource: string, verb: 'create' | 'update' | 'grant', destructiveness: number): Handler {
  return (call) => {
    const options = readOptions(call.args, {
      valued: call.name === 'touch' || call.name === 'mkdir' ? 'mtdr' : 'm',
      long: ['reference'],
    });
    const recursive = has(options, 'R', 'recursive');
    const operands = /^ch/.test(call.name) && !has(options, 'reference') ? options.operands.slice(1) : options.operands;
    const all = recursive || call.shell.repeated;
    for (const operand of bounded(call, operands)) {
      const { target, vast, scope } = pathOf(call, operand);
      const wide = all && vast && operand.narrow !== true;
      if (/^(?:mkdir|md|mktemp)$/.test(call.name) && !vast) noteMade(call, target.path);
      add(call, {
        verb,
        resource,
        system: SYSTEM,
        target,
        scope: all ? (vast ? 'all' : 'many') : scope,
        destructiveness: wide ? 0.9 : destructiveness,
        ...(wide ? { reversibility: 'irreversible' as const } : {}),
        note: operand.value,
      });
    }
    if (operands.length === 0) add(call, { verb, resource, system: SYSTEM, confidence: 0.6 });
  };
}

/** `chmod 777` opens to everybody. */
const chmod: Handler = (call) => {
  const open = call.args.some(({ value }) => /^0?[0-7]?[0-7][0-7][2367]$|^[ao]?\+\w*w|^u\+s/.test(value));
  changes('permission', open ? 'grant' : 'update', open ? 0.4 : 0.2)(call);
};

const tee: Handler = (call) => {
  const options = readOptions(call.args);
  for (const operand of bounded(call, options.operands)) {
    if (call.input.text !== undefined) noteWritten(call.shell, operand, call.input.text, has(options, 'a', 'append'));
    const { target, scope } = pathOf(call, operand);
    if (/^\/dev\/(?:null|stdout|stderr|tty)$/.test(operand.value)) continue;
    add(call, {
      verb: 'update',
      resource: 'file',
      system: SYSTEM,
      target,
      scope,
      ...harmOf(has(options, 'a', 'append') ? '>>' : '>', target.path ?? operand.value),
    });
  }
  if (options.operands.length === 0) add(call, { verb: 'read', resource: 'text', system: 'shell', confidence: 1 });
};

const archive: Handler = (call) => {
  const words = call.args.map(({ value }) => value);
  const mode = words[0] ?? '';
  const reading = (call.name === 'tar' && /^-?\w*t/.test(mode)) || words.includes('-l') || words.includes('--list');
  const leaves =
    words.some((word) => /^--(?:remove-files|delete)$/.test(word)) ||
    (call.name === 'zip' && words.some((word) => /^-\w*[md]/.test(word)));
  const to = words.some((word) => /^--(?:to-command|checkpoint-action|use-compress-program)/.test(word));
  if (to) call.findings.unclear('tar runs a program');
  if (leaves) add(call, { verb: 'delete', resource: 'file', system: SYSTEM, scope: 'many' });
  else if (to) add(call, { verb: 'execute', resource: 'program', system: 'shell' });
  else
    add(call, {
      verb: reading ? 'read' : 'create',
      resource: 'file',
      system: SYSTEM,
      scope: 'many',
      destructiveness: reading ? 0 : 0.2,
    });
};

/** Programs on files and folders. */
export const filesystem: CommandTable = {
  rm: remove,
  del: remove,
  erase: remove,
  rd: remove,
  'remove-item': remove,
  unlink: remove,
  rmdir: (call) => {
    for (const operand of bounded(call, readOptions(call.args).operands)) {
      if (has(readOptions(call.args), 's', 'S') || /^\/s$/i.test(call.args[0]?.value ?? ''))
        deletePath(call, operand, true);
      else
        add(call, {
          verb: 'delete',
          resource: 'directory',
          system: SYSTEM,
          target: pathOf(call, operand).target,
          destructiveness: 0.1,
          reversibility: 'reversible',
          note: operand.value,
        });
    }
  },
  shred: (call) => {
    for (const operand of bounded(call, readOptions(call.args, { valued: 'ns' }).operands)) {
      const device = operand.value.startsWith('/dev/');
      add(call, {
        verb: 'delete',
        resource: device ? 'device' : 'file',
        system: SYSTEM,
        target: pathOf(call, operand).target,
        scope: device ? 'all' : pathOf(call, operand).scope,
        destructiveness: device ? 1 : 0.8,
      });
    }
  },
  srm: remove,
  ...each('rimraf del-cli', (call) =>
    remove({ ...call, args: [{ value: '-r', known: true, glob: false }, ...call.args] }),
  ),
  ...each('trash trash-put', (call) => {
    if (call.args.length === 1 && /^(?:list|-l|--list)$/.test(call.args[0]?.value ?? ''))
      return add(call, { verb: 'list', resource: 'file', system: SYSTEM, confidence: 0.9 });
    for (const operand of bounded(call, readOptions(call.args).operands))
      add(call, {
        verb: 'delete',
        resource: 'file',
        system: SYSTEM,
        target: pathOf(call, operand).target,
        destructiveness: 0.3,
        reversibility: 'recoverable',
        note: operand.value,
      });
  }),
  truncate,
  mv: move,
  cp: copy,
  install: copy,
  ln: changes('link', 'create', 0.1),
  mkdir: changes('directory', 'create', 0.05),
  md: changes('directory', 'create', 0.05),
  touch: changes('file', 'create', 0.05),
  mktemp: changes('file', 'create', 0.05),
  chmod,
  chown: changes('permission', 'update', 0.3),
  chgrp: changes('permission', 'update', 0.3),
  chattr: changes('permission', 'update', 0.3),
  setfacl: changes('permission', 'grant', 0.3),
  patch: changes('file', 'update', 0.3),
  tee,
  tar: archive,
  zip: archive,
  unzip: archive,
  gzip: archive,
  gunzip: archive,
  '7z': archive,
};
