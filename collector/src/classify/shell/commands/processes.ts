import { add, type Handler, valuesOf } from '../call.ts';
import { readOptions } from '../options.ts';
import { nested } from '../state.ts';
import { walkSource } from '../walk.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';

/** Ends processes by id. `kill -9 -1` ends all of them. */
const kill: Handler = (call) => {
  const words = valuesOf(call.args);
  if (words.some((word) => /^(?:-l|-L|-0|--list|--table)$/.test(word)))
    return add(call, { verb: 'read', resource: 'process', system: 'process', confidence: 0.9 });
  const all = words.slice(words[0]?.startsWith('-') === true ? 1 : 0).includes('-1');
  add(call, {
    verb: 'delete',
    resource: 'process',
    system: 'process',
    scope: all ? 'all' : words.length > 2 ? 'many' : 'one',
    ...(all ? { destructiveness: 0.9 } : {}),
  });
};

/** Ends processes by name: whatever else has that name ends too. */
const killByName: Handler = (call) => {
  if (call.args.some(({ value }) => /^(?:-l|--list)$/.test(value)))
    return add(call, { verb: 'read', resource: 'process', system: 'process', confidence: 0.9 });
  const words = valuesOf(call.args);
  // `taskkill /IM node.exe /F`, and `//IM` where a shell of Windows would take `/IM` for a path.
  const image = words.findIndex((word) => /^\/{1,2}im$/i.test(word));
  const named = image === -1 ? undefined : words[image + 1];
  const target = { id: named ?? readOptions(call.args, { valued: 'uUgGPst' }).operands.at(-1)?.value ?? '' };
  add(call, { verb: 'delete', resource: 'process', system: 'process', target, scope: 'many', destructiveness: 0.4 });
};

const service: Handler = (call) => {
  const words = readOptions(call.args).operands.map(({ value }) => value);
  const act =
    words.find((word) =>
      /^(?:status|list\S*|show|cat|is-\S+|start|stop|restart|reload|enable|disable|mask|kill|poweroff|reboot|halt|rescue|emergency)$/.test(
        word,
      ),
    ) ?? '';
  const target = { id: words.find((word) => word !== act) ?? '' };
  if (/^(?:status|list|show|cat|is-)/.test(act))
    return add(call, { verb: 'read', resource: 'service', system: 'process', target, confidence: 0.95 });
  if (/^(?:poweroff|reboot|halt|rescue|emergency)$/.test(act))
    return add(call, { verb: 'update', resource: 'machine', system: 'process', scope: 'all', destructiveness: 0.6 });
  add(call, {
    verb: 'update',
    resource: 'service',
    system: 'process',
    target,
    destructiveness: /^(?:stop|kill|disable|mask)$/.test(act) ? 0.5 : 0.2,
  });
};

const crontab: Handler = (call) => {
  const words = valuesOf(call.args);
  if (words.includes('-l'))
    return add(call, { verb: 'read', resource: 'schedule', system: 'process', confidence: 0.95 });
  if (words.some((word) => /^-\w*r/.test(word)))
    return add(call, { verb: 'delete', resource: 'schedule', system: 'process', scope: 'all', destructiveness: 0.7 });
  add(call, { verb: 'update', resource: 'schedule', system: 'process', destructiveness: 0.4 });
};

const accounts: Handler = (call) => {
  const removes =
    /^(?:userdel|deluser|groupdel|delgroup)$/.test(call.name) ||
    (call.name === 'passwd' && call.args.some(({ value }) => /^-[dl]$/.test(value)));
  add(call, {
    verb: removes ? 'delete' : 'grant',
    resource: 'user',
    system: 'machine',
    target: { id: call.args.at(-1)?.value ?? '' },
  });
};

const firewall: Handler = (call) => {
  const words = valuesOf(call.args);
  const reads = words.some((word) => /^(?:-L|-S|list|status|show)$/.test(word));
  const dry = words.includes('--dry-run');
  const opens = !dry && words.some((word) => /^(?:-F|--flush|flush|disable|reset|-X)$/.test(word));
  const removes = !dry && words.some((word) => /^(?:-D|--delete|delete|--remove-\S+)$/.test(word));
  add(call, {
    verb: reads ? 'read' : opens || removes ? 'delete' : 'update',
    resource: 'rule',
    system: 'machine',
    scope: opens ? 'all' : 'one',
    ...(opens ? { destructiveness: 0.7 } : {}),
  });
};

/** `at`, `batch`: what stands on standard input runs later. */
const later: Handler = (call) => {
  const { text } = call.input;
  const trail = `${call.shell.trail}${call.name} > `;
  if (text === undefined) call.findings.unclear(`${call.name}: commands that are not shown`);
  else walkSource(text, nested(call.shell, { depth: call.shell.depth + 1, trail }));
  add(call, { verb: 'execute', resource: 'program', system: 'shell', confidence: 0.5 });
};

/** Processes, services, schedules and accounts of the machine. */
export const processes: CommandTable = {
  kill,
  ...each('pkill killall taskkill xkill', killByName),
  ...each('systemctl service launchctl rc-service supervisorctl pm2', service),
  crontab,
  fuser: (call) =>
    call.args.some(({ value }) => /^-\w*k/.test(value))
      ? killByName(call)
      : add(call, { verb: 'read', resource: 'process', system: 'process', confidence: 0.9 }),
  journalctl: (call) => {
    const removes = call.args.some(({ value }) => /^--(?:vacuum|rotate|flush)/.test(value));
    const harm = { destructiveness: 0.5, reversibility: 'irreversible' } as const;
    if (removes) add(call, { verb: 'delete', resource: 'log', system: 'process', scope: 'many', ...harm });
    else add(call, { verb: 'read', resource: 'log', system: 'process', confidence: 0.9 });
  },
  ...each('at batch', later),
  ...each('shutdown reboot halt poweroff init', (call) =>
    add(call, { verb: 'update', resource: 'machine', system: 'process', scope: 'all', destructiveness: 0.6 }),
  ),
  ...each('userdel deluser groupdel useradd adduser usermod passwd chpasswd visudo', accounts),
  ...each('iptables ip6tables nft ufw firewall-cmd', firewall),
  // `ip route del`, `ip addr flush`: the machine may lose its network.
  ip: (call) => {
    const words = valuesOf(call.args).filter((word) => !word.startsWith('-'));
    const removes = words.some((word) => /^(?:del|delete|flush)$/.test(word));
    const changes = words.some((word) => /^(?:add|set|change|replace|append|attach|down|up)$/.test(word));
    const common = { resource: 'network', system: 'machine', target: { id: words.slice(0, 4).join(' ') } };
    if (removes) add(call, { ...common, verb: 'delete', destructiveness: 0.5, reversibility: 'recoverable' });
    else add(call, { ...common, verb: changes ? 'update' : 'read', confidence: 0.9 });
  },
  history: (call) =>
    call.args.some(({ value }) => /^-\w*[cdw]/.test(value))
      ? add(call, { verb: 'delete', resource: 'history', system: 'shell', destructiveness: 0.4 })
      : add(call, { verb: 'read', resource: 'history', system: 'shell', confidence: 0.9 }),
};
