import type { ArrayLayout, Subvolume } from '../layout/layout.ts';
import { metadataProfileOf } from '../layout/profile.ts';
import { command } from './command.ts';
import type { Command } from './command.ts';
import { memberDeviceOf, planAddToCrypttab, planContainer, planCreateContainer, planPartition } from './container.ts';
import type { ContainerPlan } from './container.ts';

/** The array as planned: every name and UUID is fixed before the first command is typed. */
export interface ArrayPlan {
  readonly layout: ArrayLayout;
  /** In devid order: mkfs numbers members 1, 2, … in the order given. */
  readonly members: readonly ContainerPlan[];
  /** Planned containers on the spare disks. */
  readonly spares: readonly ContainerPlan[];
  /** Where it is mounted, absolute. */
  readonly mountPoint: string;
  /** The subvolume that fstab mounts, in the words of `subvol=`; null: the top level. */
  readonly subvolume: string | null;
  /** The devid of each member. */
  readonly devids: readonly number[];
  /** The 1-based number of the member that is lost, in a drill that can lose any. */
  readonly lostMember: number;
}

/** An array, as far as it matters where it is mounted. */
export type MountedArray = Pick<ArrayPlan, 'mountPoint'>;

/** Plans the array; `luksUuids` has one UUID per disk, members first, new for every array. `lostMember`: its 1-based number. */
export function planArray(layout: ArrayLayout, luksUuids: readonly string[], lostMember = 1): ArrayPlan {
  const containers = luksUuids.map((uuid, index) => planContainer(index + 1, uuid, layout));
  const members = layout.memberSizesBytes.length;
  if (containers.length !== members + layout.spareSizesBytes.length) throw new RangeError('planArray: one LUKS UUID for each disk');
  return {
    layout,
    members: containers.slice(0, members),
    spares: containers.slice(members),
    mountPoint: layout.mountPoint,
    subvolume: layout.subvolumes[0]?.name ?? null,
    // mkfs numbers them so.
    devids: layout.memberSizesBytes.map((_, index) => index + 1),
    lostMember,
  };
}

/**
 * The commands that build the array: containers and crypttab if it is encrypted, mkfs, subvolumes, fstab, mounts, and settings of the
 * mounted array.
 */
export function planCreateArray(array: ArrayPlan): readonly Command[] {
  const { layout, mountPoint } = array;
  const { encryption, nodatacow, quota } = layout;
  const planMember = (member: ContainerPlan): readonly Command[] =>
    encryption === 'none' ? planPartition(member) : [...planCreateContainer(member, layout), planAddToCrypttab(member)];
  return [
    ...array.members.flatMap(planMember),
    planMakeFilesystem(array),
    ...planCreateSubvolumes(array),
    ...fstabLines(layout).map((line): Command => ({ argv: ['tee', '-a', '/etc/fstab'], stdin: line })),
    ...mountsOf(layout).flatMap((mount) => [command('mkdir', '-p', mount.mountPoint), command('mount', mount.mountPoint)]),
    ...(quota ? [command('btrfs', 'quota', 'enable', mountPoint)] : []),
    ...nodatacow
      .map((name) => `${mountPoint}/${name}`)
      .flatMap((guestPath) => [command('mkdir', guestPath), command('chattr', '+C', guestPath)]),
  ];
}

/** The command that makes the filesystem of the array on its members, which are open. */
export function planMakeFilesystem({ layout, members }: ArrayPlan): Command {
  const devices = members.map((member) => memberDeviceOf(layout, member));
  const { profile, label, mkfsOptions } = layout;
  return command('mkfs.btrfs', '-q', '-d', profile, '-m', metadataProfileOf(layout), '-L', label, ...mkfsOptions, ...devices);
}

/** Where the top level is mounted while its subvolumes are made. */
const makingGuestPath = '/mnt';

/** The commands that make the subvolumes of the layout; none without them. */
export function planCreateSubvolumes({ layout: { subvolumes, label } }: ArrayPlan): readonly Command[] {
  if (subvolumes.length === 0) return [];
  return [
    command('mount', '-t', 'btrfs', '-L', label, makingGuestPath),
    ...subvolumes.map(({ name }) => command('btrfs', 'subvolume', 'create', `${makingGuestPath}/${name}`)),
    command('umount', makingGuestPath),
  ];
}

type Mount = Pick<Subvolume, 'mountPoint' | 'options'>;

function mountsOf({ mountPoint, subvolumes, mountOptions }: ArrayLayout): readonly Mount[] {
  if (subvolumes.length === 0) return [{ mountPoint, options: mountOptions }];
  return subvolumes.map(({ name, options, ...at }) => ({ ...at, options: [...mountOptions, ...options, `subvol=${name}`] }));
}

/** Gives the lines of fstab that mount the array, with their line ends. */
export function fstabLines(layout: ArrayLayout): readonly string[] {
  return mountsOf(layout).map(
    ({ mountPoint, options }) => `LABEL=${layout.label} ${mountPoint} btrfs ${['nofail', ...options].join(',')} 0 0\n`,
  );
}

/** Where fstab mounts more of the array than what is on its mount point. */
export function furtherMountPoints({ subvolumes }: ArrayLayout): readonly string[] {
  return subvolumes.slice(1).map(({ mountPoint }) => mountPoint);
}

/** The command that mounts the array as fstab says. */
export function planMount({ mountPoint }: MountedArray): Command {
  return command('mount', mountPoint);
}

/** The command that mounts the array with the given options instead of fstab's. */
export function planMountWith({ mountPoint }: MountedArray, device: string, options: string): Command {
  return command('mount', '-t', 'btrfs', '-o', options, device, mountPoint);
}

/** The command that mounts the array by one of its devices, with the given options (one word each), showing what fstab shows. */
export function planMountArray(array: ArrayPlan, device: string, ...options: readonly string[]): Command {
  const { subvolume } = array;
  return planMountWith(array, device, [...options, ...(subvolume === null ? [] : [`subvol=${subvolume}`])].join(','));
}

/** Where the proof, and nothing else, mounts the top level of the array with all subvolumes below it. */
export const topLevelGuestPath = '/run/raidlab-top-level';

/** The commands that mount the top level beside fstab's mounts, read-only. */
export function planMountTopLevel(device: string): readonly Command[] {
  return [command('mkdir', '-p', topLevelGuestPath), command('mount', '-t', 'btrfs', '-o', 'ro,subvolid=5', device, topLevelGuestPath)];
}

/** The command that unmounts the top level. */
export const planUnmountTopLevel: Command = command('umount', topLevelGuestPath);

/** The command that unmounts the array, with what is mounted below it. */
export function planUnmount({ layout, mountPoint }: Pick<ArrayPlan, 'layout' | 'mountPoint'>): Command {
  const below = layout.subvolumes.length > 1 ? ['--recursive'] : [];
  return command('umount', ...below, mountPoint);
}

/** The command that handles storage as a boot does: Debian's cryptdisks opens what crypttab lists, then `mount -a`. Part of the tools image. */
export const planOpenAsBoot: Command = { argv: ['/usr/lib/raidlab/open-storage'], timeoutMs: 300_000 };
