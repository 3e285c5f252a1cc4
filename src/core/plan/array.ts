import { arrayGuestPath, arrayLabel } from '../layout/layout.ts';
import { metadataProfileOf } from '../layout/profile.ts';
import type { ArrayLayout } from '../layout/layout.ts';
import { command } from './command.ts';
import type { Command } from './command.ts';
import { planAddToCrypttab, planContainer, planCreateContainer } from './container.ts';
import type { ContainerPlan } from './container.ts';

/** The array as planned: every name and UUID is fixed before the first command is typed. */
export interface ArrayPlan {
  readonly layout: ArrayLayout;
  /** In devid order: mkfs numbers members 1, 2, … in the order it is given them. */
  readonly members: readonly ContainerPlan[];
  /** Containers to be, on the spare disks. */
  readonly spares: readonly ContainerPlan[];
  /** The subvolume that fstab mounts, in the words of `subvol=`; null: the top level. */
  readonly subvolume: string | null;
}

/** Plans the array; `luksUuids` gives one UUID a disk, members first, and must be fresh for every array. */
export function planArray(layout: ArrayLayout, luksUuids: readonly string[]): ArrayPlan {
  const containers = luksUuids.map((uuid, index) => planContainer(index + 1, uuid, layout.bus));
  const members = layout.memberSizesBytes.length;
  if (containers.length !== members + layout.spareSizesBytes.length) throw new RangeError('planArray: one LUKS UUID for each disk');
  return { layout, members: containers.slice(0, members), spares: containers.slice(members), subvolume: null };
}

/** The commands that build the array: containers and crypttab where it is encrypted, mkfs, fstab, mount. */
export function planCreateArray(array: ArrayPlan): readonly Command[] {
  const { layout } = array;
  const { profile, encryption, mkfsOptions, mountOptions } = layout;
  const containers = encryption === 'none' ? [] : array.members;
  return [
    ...containers.flatMap((member) => [...planCreateContainer(member, layout), planAddToCrypttab(member)]),
    command(
      'mkfs.btrfs',
      '-q',
      '-d',
      profile,
      '-m',
      metadataProfileOf(profile),
      '-L',
      arrayLabel,
      ...mkfsOptions,
      ...array.members.map((member) => (encryption === 'none' ? member.guestDevice : member.mappingGuestDevice)),
    ),
    {
      argv: ['tee', '-a', '/etc/fstab'],
      stdin: `LABEL=${arrayLabel} ${arrayGuestPath} btrfs ${['nofail', ...mountOptions].join(',')} 0 0\n`,
    },
    command('mkdir', '-p', arrayGuestPath),
    planMount(),
  ];
}

/** The command that mounts the array as fstab says. */
export function planMount(): Command {
  return command('mount', arrayGuestPath);
}

/** The command that mounts the array with the given options, on top of nothing: fstab's are not used. */
export function planMountWith(device: string, options: string): Command {
  return command('mount', '-t', 'btrfs', '-o', options, device, arrayGuestPath);
}

/** The command that mounts the array by one of its devices, with the given options (a word each) and showing what fstab shows. */
export function planMountArray({ subvolume }: ArrayPlan, device: string, ...options: readonly string[]): Command {
  return planMountWith(device, [...options, ...(subvolume === null ? [] : [`subvol=${subvolume}`])].join(','));
}

/** Where the proof mounts the top level of the array, with every subvolume below it; nobody else does. */
export const topLevelGuestPath = '/run/raidlab-top-level';

/** The commands that mount the top level beside what fstab mounts, to be read only. */
export function planMountTopLevel(device: string): readonly Command[] {
  return [command('mkdir', '-p', topLevelGuestPath), command('mount', '-t', 'btrfs', '-o', 'ro,subvolid=5', device, topLevelGuestPath)];
}

/** The command that unmounts the top level. */
export const planUnmountTopLevel: Command = command('umount', topLevelGuestPath);

/** The command that unmounts the array. */
export function planUnmount(): Command {
  return command('umount', arrayGuestPath);
}

/** The command that does what a boot does with the storage: Debian's cryptdisks opens what crypttab lists, then `mount -a`. Part of the tools image. */
export const planOpenAsBoot: Command = { argv: ['/usr/lib/raidlab/open-storage'], timeoutMs: 300_000 };
