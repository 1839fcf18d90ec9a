import { notePath } from '../../secrets.ts';
import { add, bounded, type Call, type Handler, pathOf, valuesOf } from '../call.ts';
import { has, type OptionShape, optionValue, readOptions } from '../options.ts';
import { printf } from '../static-output.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';

/** Reads files named by operands. */
function reads(shape: OptionShape = {}): Handler {
  return (call) => readPaths(call, readOptions(call.args, shape).operands);
}

/** Records that a command reads paths; without any it reads its input. */
export function readPaths(call: Call, given: Call['args'], verb: 'read' | 'list' = 'read', resource = 'file'): void {
  const operands = given.filter(({ value }) => value !== '-');
  if (operands.length === 0) {
    add(call, { verb, resource: verb === 'list' ? resource : 'text', system: 'filesystem', confidence: 1 });
    return;
  }
  for (const operand of bounded(
    call,
    operands.filter(({ value }) => value !== '-'),
  )) {
    const { path, target, scope } = pathOf(call, operand);
    const shown = path ?? operand.value;
    if (verb === 'read') call.findings.source(shown);
    notePath(call.findings, operand.value, verb === 'read' ? 'reads' : 'lists');
    notePath(call.findings, shown, verb === 'read' ? 'reads' : 'lists');
    add(call, {
      verb,
      resource,
      system: 'filesystem',
      target,
      scope: scope === 'all' ? 'many' : scope,
      confidence: 1,
      note: operand.value,
    });
  }
}

const lists: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'LIPH' });
  if (call.name === 'tree' && has(options, 'o', 'R')) {
    add(call, { verb: 'update', resource: 'file', system: 'filesystem' });
  }
  readPaths(call, options.operands, 'list', 'directory');
};

/** Tells about the machine or about words, and touches nothing. */
const tells: Handler = (call) =>
  add(call, { verb: 'read', resource: 'system-information', system: 'shell', confidence: 1, note: '' });

/** `date -s` and `hostname x` set. */
const dateCommand: Handler = (call) =>
  call.args.every(
    ({ value }) => value === '-u' || value.startsWith('+') || /^(?:-d|--date|-I|-R|--iso|--utc)/.test(value),
  )
    ? tells(call)
    : add(call, { verb: 'update', resource: 'setting', system: 'shell', confidence: 0.6 });

const hostname: Handler = (call) =>
  call.args.every(({ value }) => value.startsWith('-'))
    ? tells(call)
    : add(call, { verb: 'update', resource: 'setting', system: 'shell' });

/** What is printed is harmless, unless it is a variable that holds a secret. */
const echo: Handler = (call) => {
  const [option, variable, format, ...values] = call.args;
  if (call.name === 'printf' && option?.value === '-v' && variable !== undefined && format !== undefined) {
    const text = printf([format.value, ...values.map(({ value }) => value)]);
    call.shell.variables.set(variable.value, { value: text, known: call.args.every(({ known }) => known) });
  }
  for (const { value, known } of call.args) {
    const name = known ? undefined : /\$\{?(\w*(?:TOKEN|SECRET|PASSWORD|API_?KEY|CREDENTIAL)\w*)/i.exec(value)?.[1];
    if (name !== undefined) call.findings.hunt(`${call.name} prints $${name}`);
    if (value.includes('hwsecret.')) call.findings.sensitive = true;
  }
  notePath(call.findings, valuesOf(call.args).join(' ').slice(0, 2000), 'prints');
  add(call, { verb: 'read', resource: 'text', system: 'shell', confidence: 1, note: '' });
};

const environment: Handler = (call) => {
  const names = valuesOf(call.args).filter((value) => !value.startsWith('-'));
  if (names.length === 0) call.findings.hunt(`${call.name} prints the whole environment`);
  for (const name of names) notePath(call.findings, name, 'prints the variable');
  call.findings.sensitive = true;
  add(call, { verb: 'read', resource: 'environment-variable', system: 'shell', confidence: 1 });
};

const sort: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'oktSTm', long: ['output', 'key', 'field-separator'] });
  const output = optionValue(options, 'o', 'output');
  if (output !== undefined)
    add(call, { verb: 'update', resource: 'file', system: 'filesystem', target: pathOf(call, output).target });
  if (has(options, 'compress-program')) add(call, { verb: 'execute', resource: 'program', system: 'shell' });
  readPaths(call, options.operands);
};

/** An address in front of a sed command: a line, the last one, a pattern; or two. */
const ADDRESS = /^\s*(?:(?:\/(?:[^/\\]|\\.)*\/I?|\d+|\$)(?:,(?:\/(?:[^/\\]|\\.)*\/I?|\d+|\$|\+\d+))?)?[\s!{]*/;

/** Whether a sed script has a `w` or `e` command, or such a flag of `s`. */
function sedWrites(script: string): boolean {
  return script
    .slice(0, 8192)
    .split(/[;\n}]/)
    .some((piece) => {
      const command = piece.slice(0, 2000).replace(ADDRESS, '');
      if (/^[weW](?:\s|$)/.test(command)) return true;
      const mark = command[1] ?? '';
      if (command[0] !== 's' || /[\w\s]/.test(mark)) return false;
      return (
        /[we]/.test(command.slice(command.lastIndexOf(mark) + 1).split(' ', 1)[0] ?? '') &&
        command.split(mark).length >= 4
      );
    });
}

/** Prints lines, unless its script or `-i` writes, or `e` executes. */
const sed: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'efl', long: ['expression', 'file'] });
  const inPlace = call.args.some(({ value }) => /^-[nrEsuz]*i|^--in-place/.test(value));
  const given = options.values.get('e') ?? options.values.get('expression');
  const scripts = given ?? options.operands.slice(0, 1);
  const files = given === undefined && !has(options, 'f', 'file') ? options.operands.slice(1) : options.operands;
  if (inPlace) {
    for (const file of bounded(call, files)) {
      add(call, {
        verb: 'update',
        resource: 'file',
        system: 'filesystem',
        target: pathOf(call, file).target,
        scope: pathOf(call, file).scope,
      });
    }
    return;
  }
  if (scripts.some(({ value }) => sedWrites(value)) || has(options, 'f', 'file')) {
    call.findings.unclear('a sed script that may write or execute');
    add(call, { verb: 'unknown', resource: 'file', system: 'filesystem', confidence: 0.5 });
  }
  readPaths(call, files);
};

const jq: Handler = (call) => {
  const [filter, ...files] = readOptions(call.args, { long: ['arg', 'argjson', 'indent', 'slurpfile'] }).operands;
  if (filter !== undefined && /\benv\b|\$ENV/.test(filter.value)) call.findings.hunt('jq reads the environment');
  readPaths(call, files);
};

const plainReaders =
  'cat bat nl tac less more strings xxd od hexdump cut tr uniq comm paste join fold fmt column rev expand';
const fileReaders =
  'diff cmp md5sum sha1sum sha256sum sha512sum cksum sum base64 zcat bzcat xzcat gunzip-c wc file stat';
const networkTellers = 'lsof netstat ss ifconfig dig nslookup host ping traceroute vmstat iostat dmesg top htop tty';
const tellers =
  'pwd uname whoami id groups uptime free nproc arch lscpu lsblk locale cal who w last ps pgrep jobs getent ' +
  'basename dirname realpath readlink which whereis type sleep true false test [ seq yes : man info help apropos tput clear ' +
  'tldr cheat lspci lsusb expr bc factor df times';

/** Programs that read, list or tell. */
export const readers: CommandTable = {
  ...each(plainReaders, reads({ valued: 'dfcwsn' })),
  ...each(fileReaders, reads({ valued: 'c', long: ['format'] })),
  ...each(tellers, tells),
  // Some of their options set, flush or send: not plainly read-only.
  ...each(networkTellers, (call) =>
    add(call, { verb: 'read', resource: 'system-information', system: 'shell', confidence: 0.9 }),
  ),
  head: reads({ valued: 'nc', long: ['lines', 'bytes'] }),
  tail: reads({ valued: 'nc', long: ['lines', 'bytes'] }),
  ls: lists,
  dir: lists,
  tree: lists,
  du: lists,
  date: dateCommand,
  hostname,
  echo,
  printf: echo,
  printenv: environment,
  sort,
  xxd: (call) =>
    call.args.some(({ value }) => /^-r/.test(value))
      ? add(call, { verb: 'update', resource: 'file', system: 'filesystem' })
      : reads()(call),
  sed,
  jq,
  yq: (call) => (has(readOptions(call.args), 'i', 'inplace') ? sed(call) : jq(call)),
};
