import { add, bounded, type Call, type Handler } from '../call.ts';
import { has, type OptionShape, optionValue, readOptions } from '../options.ts';
import { runWrapped } from '../run.ts';
import { type Argument, literal } from '../state.ts';
import { walkSource } from '../walk.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';
import { hiddenProgram } from './shells.ts';

/** Runs what follows its own options, `NAME=value` words and a fixed number of operands. */
function wraps(shape: OptionShape, skip = 0): Handler {
  return (call) => {
    const { operands } = readOptions(call.args, { ...shape, stopAtOperand: true });
    runWrapped(call, operands.slice(skip));
  };
}

const env: Handler = (call) => {
  const options = readOptions(call.args, {
    valued: 'uC',
    long: ['unset', 'chdir', 'split-string'],
    stopAtOperand: true,
  });
  const split = call.args.findIndex(({ value }) => /^(?:-S|--split-string)/.test(value));
  if (split !== -1) {
    const text = call.args.slice(split).map(({ value }) => value.replace(/^(?:-S|--split-string=?)/, ''));
    return walkSource(text.join(' '), { ...call.shell, depth: call.shell.depth + 1 });
  }
  const first = options.operands.findIndex(({ value }) => !/^[A-Za-z_]\w*=/.test(value));
  const assigned = (first === -1 ? options.operands : options.operands.slice(0, first)).map(({ value }) => value);
  if (first !== -1)
    return runWrapped({ ...call, environment: [...call.environment, ...assigned] }, options.operands.slice(first));
  call.findings.hunt('env prints the whole environment');
  add(call, { verb: 'read', resource: 'environment-variable', system: 'shell', confidence: 1 });
};

/** Runs a command for each item that comes in. */
const xargs: Handler = (call) => {
  const shape = {
    valued: 'IEdnLPsaJ',
    long: ['replace', 'max-args', 'max-procs', 'delimiter', 'arg-file'],
    stopAtOperand: true,
  };
  const options = readOptions(call.args, shape);
  const replace =
    optionValue(options, 'I', 'J', 'replace')?.value ??
    (has(options, 'i') || call.name === 'parallel' ? '{}' : undefined);
  const byLine = replace !== undefined || has(options, 'd', 'delimiter', '0', 'null');
  const shown = call.input.text
    ?.trim()
    .split(byLine ? /[\n\0]+/ : /\s+/)
    .slice(0, 16);
  const items: Argument[] =
    shown === undefined
      ? [{ value: '(from input)', known: false, glob: true, narrow: call.input.narrow }]
      : shown.map(literal);
  const command = options.operands.length === 0 ? [literal('echo')] : options.operands;
  // `xargs sh -c`: what comes in is the program.
  if (/(?:^|\/)(?:ba|z|da)?sh$/.test(command[0]?.value ?? '') && /^(?:-c|\{\})$/.test(command.at(-1)?.value ?? ''))
    hiddenProgram({ ...call, name: 'xargs sh -c' }, call.input.from ?? 'its input');
  const words =
    replace === undefined || !command.some((word) => word.value.includes(replace))
      ? [...command, ...items]
      : command.flatMap((word) =>
          word.value.includes(replace)
            ? items.map((item) => ({ ...item, value: word.value.replaceAll(replace, item.value) }))
            : [word],
        );
  runWrapped(call, words, { repeated: shown === undefined }, { text: undefined, from: undefined });
};

/** `su -c`, `runuser -c`, `script -c`, `flock f -c`: a shell text as an option; `su user` alone opens a shell. */
const shellOption: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'cugs', long: ['command'] });
  const text = optionValue(options, 'c', 'command');
  if (text === undefined) {
    add(call, { verb: 'execute', resource: 'shell', system: 'shell', confidence: 0.6 });
    return;
  }
  walkSource(text.value, { ...call.shell, depth: call.shell.depth + 1, trail: `${call.shell.trail}${call.name} > ` });
};

/** `ssh host command`: the command runs on another machine; paths are that machine's. */
const ssh: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'bcDEeFIiJLlmOopQRSWw', stopAtOperand: true });
  const [host, ...command] = options.operands;
  const id = host?.value ?? '';
  if (command.length === 0 && call.input.text === undefined) {
    add(call, { verb: 'authenticate', resource: 'host', system: 'ssh', target: { host: id }, confidence: 0.7 });
    return;
  }
  add(call, { verb: 'execute', resource: 'host', system: 'ssh', target: { host: id }, note: id });
  const text = command.length > 0 ? command.map(({ value }) => value).join(' ') : (call.input.text ?? '');
  const shell = {
    ...call.shell,
    cwd: undefined,
    depth: call.shell.depth + 1,
    trail: `${call.shell.trail}ssh ${id} > `,
  };
  const before = call.findings.effects.length;
  walkSource(text, shell);
  changesElsewhere(call, before);
};

/** A file that is changed in place on another machine is under nobody's version control that the agent could go back to. */
function changesElsewhere({ findings }: Call, from: number): void {
  for (const effect of findings.effects.slice(from)) {
    if (effect.verb === 'update' && effect.system === 'filesystem')
      effect.destructiveness = Math.max(effect.destructiveness, 0.5);
  }
}

/** `tmux new-session -d 'cmd'`: the last words are a command line. */
const multiplexer: Handler = (call) => {
  const text = call.args.findLast(({ value }) => /\s/.test(value));
  const trail = `${call.shell.trail}${call.name} > `;
  if (text !== undefined) walkSource(text.value, { ...call.shell, depth: call.shell.depth + 1, trail });
  else add(call, { verb: 'execute', resource: 'shell', system: 'shell', confidence: 0.6 });
};

/** `vim -c '!cmd'`, `ex +'!cmd'`: a line that begins with `!` runs in a shell. */
const editor: Handler = (call) => {
  for (const { value } of bounded(call, call.args)) {
    const text = /^\+?:?(?:silent\s+)?!(.+)/s.exec(value.slice(0, 2000))?.[1];
    if (text !== undefined)
      walkSource(text, { ...call.shell, depth: call.shell.depth + 1, trail: `${call.shell.trail}${call.name} > ` });
  }
  add(call, { verb: 'execute', resource: 'program', system: 'shell', confidence: 0.6 });
};

const busybox: Handler = (call: Call) => runWrapped(call, call.args);

/** Programs that run another command. */
export const wrappers: CommandTable = {
  sudo: wraps({ valued: 'ugpCTrhRDU', long: ['user', 'group', 'host', 'prompt', 'chdir'] }),
  doas: wraps({ valued: 'uC' }),
  pkexec: wraps({ long: ['user'] }),
  env,
  nohup: wraps({}),
  setsid: wraps({}),
  time: wraps({ valued: 'fo' }),
  nice: wraps({ valued: 'n', long: ['adjustment'] }),
  ionice: wraps({ valued: 'cn' }),
  chrt: wraps({}, 1),
  stdbuf: wraps({ valued: 'ioe' }),
  unbuffer: wraps({}),
  timeout: wraps({ valued: 'ks', long: ['signal', 'kill-after'] }, 1),
  gtimeout: wraps({ valued: 'ks', long: ['signal', 'kill-after'] }, 1),
  strace: wraps({ valued: 'eopsuEP' }),
  ltrace: wraps({ valued: 'eopsu' }),
  // What it repeats is given to a shell.
  watch: (call) => {
    const words = readOptions(call.args, { valued: 'n', long: ['interval'], stopAtOperand: true }).operands;
    const text = words.map(({ value }) => value).join(' ');
    walkSource(text, { ...call.shell, depth: call.shell.depth + 1, trail: `${call.shell.trail}watch > ` });
  },
  caffeinate: wraps({ valued: 'tw' }),
  chroot: wraps({}, 1),
  flock: wraps({ valued: 'wE' }, 1),
  ...each('command builtin exec', (call) => {
    const options = readOptions(call.args, { valued: 'a', stopAtOperand: true });
    if (call.name === 'command' && has(options, 'v', 'V')) {
      return add(call, { verb: 'read', resource: 'system-information', system: 'shell', confidence: 1 });
    }
    runWrapped(call, options.operands);
  }),
  ...each('busybox toybox', busybox),
  ...each('tmux screen', multiplexer),
  ...each('vi vim nvim ex ed emacs', editor),
  wsl: wraps({ valued: 'du', long: ['distribution', 'user', 'cd'] }),
  'systemd-run': wraps({
    valued: 'pHMEu',
    long: ['unit', 'property', 'slice', 'description', 'uid', 'gid', 'on-calendar'],
  }),
  unshare: wraps({ valued: 'SRG' }),
  nsenter: wraps({ valued: 'tSGrw' }),
  ...each('su runuser script', shellOption),
  xargs,
  parallel: xargs,
  ssh,
  'ssh-keygen': (call) => {
    const removes = call.args.some(({ value }) => value === '-R');
    const draft = removes ? ({ verb: 'delete', destructiveness: 0.3 } as const) : ({ verb: 'create' } as const);
    add(call, { ...draft, resource: removes ? 'known-host' : 'key', system: 'ssh' });
  },
  'ssh-add': (call) => {
    const removes = call.args.some(({ value }) => /^-[dD]$/.test(value));
    add(call, { verb: removes ? 'delete' : 'authenticate', resource: 'session', system: 'ssh' });
  },
  nsupdate: (call) => {
    const text = call.input.text ?? '';
    if (call.input.text === undefined) call.findings.unclear('nsupdate: changes that are not shown');
    const removes = /\bdel(?:ete)?\b/i.test(text);
    const scope = call.input.text === undefined ? 'unknown' : 'one';
    add(call, {
      verb: removes ? 'delete' : 'update',
      resource: 'dns-record',
      system: 'dns',
      scope,
      destructiveness: 0.5,
    });
  },
};
