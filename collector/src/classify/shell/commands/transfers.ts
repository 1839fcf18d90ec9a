import { notePath } from '../../secrets.ts';
import { add, bounded, type Handler, pathOf } from '../call.ts';
import { has, readOptions } from '../options.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';

/** `host:path` or a URL; never a drive letter or a relative path. */
const REMOTE = /^(?:[\w.-]+@)?([\w.-]{2,}):(?!\/\/)|^[a-z][a-z0-9+.-]+:\/\/([^/]+)/;

const copyRemote: Handler = (call) => {
  const options = readOptions(call.args, {
    valued: 'eiPFolcST',
    long: ['rsh', 'exclude', 'include', 'filter', 'exclude-from'],
  });
  const to = options.operands.at(-1);
  const host = REMOTE.exec(to?.value ?? '');
  for (const source of bounded(call, options.operands.slice(0, -1)))
    notePath(call.findings, pathOf(call, source).path ?? source.value, 'sends');
  if (call.name === 'rsync' && has(options, 'n', 'dry-run'))
    return add(call, { verb: 'read', resource: 'file', system: 'filesystem', confidence: 0.9 });
  const removes =
    options.flags.has('delete') ||
    options.flags.has('del') ||
    [...options.flags].some((flag) => /^delete-/.test(flag)) ||
    has(options, 'remove-source-files');
  if (removes && to !== undefined) {
    const { vast, target } = pathOf(call, to);
    add(call, {
      verb: 'delete',
      resource: 'file',
      system: 'filesystem',
      target,
      scope: 'many',
      destructiveness: vast ? 1 : 0.7,
      note: '--delete',
    });
  }
  add(call, {
    verb: host === null ? 'create' : 'transfer',
    resource: 'file',
    system: host === null ? 'filesystem' : 'ssh',
    target: { id: to?.value ?? '', ...(host === null ? {} : { host: host[1] ?? host[2] ?? '' }) },
    ...(host === null ? { destructiveness: 0.2 } : {}),
  });
};

/** Programs that carry data away or in. */
export const transfers: CommandTable = {
  ...each('scp rsync sftp', copyRemote),
  ...each('nc ncat netcat socat telnet ftp', (call) => {
    const host = readOptions(call.args, { valued: 'pwsecX' }).operands[0]?.value ?? '';
    const runs = call.args.some(({ value }) => /^(?:-e|-c|--exec|--sh-exec)$|^EXEC:/i.test(value));
    if (runs) call.findings.unclear(`${call.name} hands a program to the network`);
    add(call, {
      verb: runs ? 'execute' : 'transfer',
      resource: 'connection',
      system: 'network',
      target: { host },
      ...(runs ? { destructiveness: 0.8 } : {}),
    });
  }),
  ...each('mail sendmail mailx mutt', (call) =>
    add(call, { verb: 'transfer', resource: 'message', system: 'mail', target: { id: call.args.at(-1)?.value ?? '' } }),
  ),
};
