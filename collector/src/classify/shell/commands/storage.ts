import { add, type Handler } from '../call.ts';
import { has, readOptions } from '../options.ts';
import { each } from './each.ts';
import type { CommandTable } from './index.ts';

/** Wipes a whole device or what is on it. */
const wipes: Handler = (call) => {
  const options = readOptions(call.args, { valued: 'tLFo' });
  const { operands } = options;
  const reads =
    has(options, 'no-act', 'n', 'check', 'help') ||
    (call.name === 'wipefs' && !has(options, 'a', 'all', 'o', 'offset', 't', 'types'));
  if (reads) return add(call, { verb: 'read', resource: 'device', system: 'filesystem', confidence: 0.9 });
  const id = operands.at(-1)?.value;
  add(call, { verb: 'delete', resource: 'device', system: 'filesystem', target: { id }, scope: 'all' });
};

const dd: Handler = (call) => {
  const to = call.args.find(({ value }) => value.startsWith('of='))?.value.slice(3);
  if (to === undefined) return add(call, { verb: 'read', resource: 'file', system: 'filesystem', confidence: 0.9 });
  const device = /^\/dev\/(?!null|stdout)/.test(to);
  const erases = call.args.some(({ value }) => /^if=\/dev\/(?:zero|null|u?random)$/.test(value));
  add(call, {
    verb: device ? 'delete' : 'update',
    resource: device ? 'device' : 'file',
    system: 'filesystem',
    target: { id: to },
    ...(device ? { scope: 'all' } : { destructiveness: erases ? 0.6 : 0.4, reversibility: 'irreversible' }),
  });
};

/** Partition and volume tools: the destroying subcommands by name, otherwise a change of the device. */
const volumes: Handler = (call) => {
  const options = readOptions(call.args);
  const words = call.args.map(({ value }) => value).join(' ');
  const reading =
    has(options, 'l', 'list', 'version', 'help') ||
    /^(?:list\w*|status|print|get|help|info|-s|smart-log|id-ctrl|\w*display|\w*[Dd]ump|(?:pv|vg|lv)(?:s|scan)|--(?:detail|examine|query|scan))\b/.test(
      words,
    );
  const destroys =
    /(?:^|[\s-])(?:destroy|remove|delete|labelclear|erase\w*|secureErase|zap(?:-all)?|mklabel|rm|wipe|luksFormat|zero-superblock|rollback)\b/i.test(
      words,
    );
  const loses = destroys || /^(?:lv|vg|pv)remove$/.test(call.name);
  add(call, {
    verb: reading ? 'read' : loses ? 'delete' : 'update',
    resource: 'volume',
    system: 'filesystem',
    target: { id: options.operands.at(-1)?.value },
    destructiveness: reading ? 0 : loses ? 1 : 0.6,
  });
};

/** Programs on disks, partitions, volumes and snapshots. */
export const storage: CommandTable = {
  dd,
  ...each('mkfs mke2fs mkswap wipefs blkdiscard badblocks format nwipe scrub', wipes),
  ...each(
    'fdisk sfdisk gdisk sgdisk parted lvremove vgremove pvremove lvm zfs zpool btrfs cryptsetup mdadm diskutil hdparm nvme',
    volumes,
  ),
  ...each('umount mount swapoff', (call) =>
    add(call, {
      verb: call.args.length === 0 ? 'list' : 'update',
      resource: 'mount',
      system: 'filesystem',
      destructiveness: call.args.length === 0 ? 0 : 0.2,
    }),
  ),
};
