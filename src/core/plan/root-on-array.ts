/**
 * A running system that moves onto an encrypted array, as one does it by hand: the root becomes a subvolume of the array beside the one
 * on its mount point, kernel and initramfs go to a boot disk of their own, and the initramfs unlocks the members.
 */
import { bootDisk } from '../boot/boot-disk.ts';
import type { InitramfsMaker } from '../boot/initramfs-maker.ts';
import type { ArrayLayout } from '../layout/layout.ts';
import { fstabLines, planCreateSubvolumes, planMakeFilesystem, planMountArray } from './array.ts';
import type { ArrayPlan } from './array.ts';
import { command } from './command.ts';
import type { Command } from './command.ts';
import { crypttabLine, guestDeviceOf, planCreateContainer } from './container.ts';
import type { ContainerPlan } from './container.ts';

/** How the initramfs unlocks a member: by its key file, which is in the initramfs, or by a passphrase, for which it asks at the console. */
export type RootUnlock = 'key-file' | 'passphrase';

/** The passphrase of every member in a throw-away machine: no secret. */
export const memberPassphrase = 'correct horse battery staple';

/** The subvolume that is the root. */
const rootSubvolume = '@';

/** Where the new root is while it is made. */
const newRootGuestPath = '/mnt';

/** Compressing an initramfs takes a minute or two under emulation; milliseconds. */
const initramfsTimeoutMs = 600_000;

/** What a boot loader tells the kernel of a root on the array, a word each; `flags` are mount options besides the subvolume. */
export function rootWordsOf({ label }: Pick<ArrayLayout, 'label'>, ...flags: readonly string[]): readonly string[] {
  return [`root=LABEL=${label}`, 'ro', `rootflags=${[`subvol=${rootSubvolume}`, ...flags].join(',')}`];
}

/** The command that makes the initramfs anew, for every kernel. Debian's dracut has no update-initramfs. */
export function planUpdateInitramfs(maker: InitramfsMaker): Command {
  const argv = maker === 'dracut' ? ['dracut', '--force', '--regenerate-all'] : ['update-initramfs', '-u', '-k', 'all'];
  return { argv, timeoutMs: initramfsTimeoutMs };
}

/** Where an initramfs mounts the root. Sources: initramfs-tools, init, rootmnt; dracut.bootup(7). */
const rootInInitramfs: Readonly<Record<InitramfsMaker, string>> = { 'initramfs-tools': '/root', dracut: '/sysroot' };

/** The command that mounts the root without a member, in the shell of an initramfs. */
export function planMountRootDegraded(guestDevice: string, maker: InitramfsMaker): Command {
  return command('mount', '-t', 'btrfs', '-o', `degraded,subvol=${rootSubvolume}`, guestDevice, rootInInitramfs[maker]);
}

/** The commands that open a device of the root that an initramfs has not opened, by the passphrase, and mount the root, in its shell. */
export function planHelpRoot(closed: ContainerPlan, open: ContainerPlan, maker: InitramfsMaker): readonly Command[] {
  return [
    command('cryptsetup', 'open', closed.guestDevice, closed.mappingName),
    command('btrfs', 'device', 'scan'),
    command('mount', '-t', 'btrfs', '-o', `subvol=${rootSubvolume}`, open.mappingGuestDevice, rootInInitramfs[maker]),
  ];
}

/** The commands that add the passphrase to a container; it goes to standard input, as cryptsetup reads it without a terminal. */
export function planAddPassphrase({ guestDevice, keyGuestPath }: ContainerPlan): readonly Command[] {
  if (keyGuestPath === null) throw new RangeError('planAddPassphrase: the container has no key yet');
  const fast = ['--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'];
  const argv = ['cryptsetup', 'luksAddKey', '--batch-mode', ...fast, '--key-file', keyGuestPath, guestDevice];
  return [{ argv, stdin: `${memberPassphrase}\n` }];
}

/** Gives a member as crypttab has it: without a key file somebody is asked. */
export function asUnlocked(container: ContainerPlan, unlock: RootUnlock): ContainerPlan {
  return unlock === 'key-file' ? container : { ...container, keyGuestPath: null };
}

/** The commands that move the running system onto a new array. It goes on from its old root until the next boot. */
export function planMoveRoot(array: ArrayPlan, unlock: RootUnlock, maker: InitramfsMaker): readonly Command[] {
  const { layout, members } = array;
  const bootGuestDevice = guestDeviceOf(bootDisk.serial, layout.bus);
  const [first] = members;
  if (first === undefined) throw new RangeError('planMoveRoot: the array has no member');
  const withRoot = { ...layout, subvolumes: [{ name: rootSubvolume, mountPoint: '/', options: [] }, ...layout.subvolumes] };
  return [
    ...members.flatMap((member) => [...planCreateContainer(member, layout), ...(unlock === 'passphrase' ? planAddPassphrase(member) : [])]),
    planMakeFilesystem(array),
    ...planCreateSubvolumes({ ...array, layout: withRoot }),
    command('mount', '-t', 'btrfs', '-o', `subvol=${rootSubvolume}`, first.mappingGuestDevice, newRootGuestPath),
    command('mkfs.ext2', '-q', '-L', bootDisk.label, bootGuestDevice),
    command('mkdir', `${newRootGuestPath}${bootDisk.guestPath}`),
    command('mount', bootGuestDevice, `${newRootGuestPath}${bootDisk.guestPath}`),
    { argv: ['cp', '--archive', '--one-file-system', '/.', newRootGuestPath], timeoutMs: initramfsTimeoutMs },
    ...planTables(array, unlock),
    ...planMakeInitramfs(unlock, maker),
    command('umount', '--recursive', newRootGuestPath),
    command('mkdir', '-p', array.mountPoint),
    planMountArray(array, first.mappingGuestDevice),
  ];
}

/** What the new root's fstab and crypttab say. */
function planTables({ layout, members }: ArrayPlan, unlock: RootUnlock): readonly Command[] {
  const fstab = [
    `LABEL=${layout.label} / btrfs subvol=${rootSubvolume} 0 0\n`,
    ...fstabLines(layout),
    `LABEL=${bootDisk.label} ${bootDisk.guestPath} ext2 defaults 0 2\n`,
  ];
  const crypttab = members.map((member) => `${crypttabLine(asUnlocked(member, unlock))}\n`);
  return [
    { argv: ['tee', `${newRootGuestPath}/etc/fstab`], stdin: fstab.join('') },
    { argv: ['tee', `${newRootGuestPath}/etc/crypttab`], stdin: crypttab.join('') },
    command('mkdir', '-p', ...layout.subvolumes.map(({ mountPoint }) => `${newRootGuestPath}${mountPoint}`)),
  ];
}

function planMakeInitramfs(unlock: RootUnlock, maker: InitramfsMaker): readonly Command[] {
  const inNewRoot = (guestPath: string): string => `${newRootGuestPath}${guestPath}`;
  const update = planUpdateInitramfs(maker);
  return [
    // It named the old root's filesystem.
    ...(maker === 'initramfs-tools' ? [command('rm', inNewRoot('/etc/initramfs-tools/conf.d/raidlab'))] : []),
    ...settingsOf(unlock, maker).map(([guestPath, line]): Command => ({ argv: ['tee', '-a', inNewRoot(guestPath)], stdin: `${line}\n` })),
    ...['/dev', '/proc', '/sys', '/run'].map((guestPath) => command('mount', '--bind', guestPath, inNewRoot(guestPath))),
    { ...update, argv: ['chroot', newRootGuestPath, ...update.argv] },
    command('sync'),
  ];
}

/**
 * What an initramfs is told besides fstab and crypttab: lines of files. Sources: cryptsetup-initramfs, conf-hook: key files are left out
 * unless they match a pattern; initramfs.conf(5), UMASK; dracut.conf(5), hostonly: crypttab is in it only if it is this machine's.
 */
function settingsOf(unlock: RootUnlock, maker: InitramfsMaker): readonly (readonly [guestPath: string, line: string])[] {
  if (maker === 'dracut') {
    const file = '/etc/dracut.conf.d/root.conf';
    return [[file, 'hostonly="yes"'], ...(unlock === 'key-file' ? [[file, 'install_items+=" /etc/luks/*.key "'] as const] : [])];
  }
  if (unlock === 'passphrase') return [];
  return [
    ['/etc/cryptsetup-initramfs/conf-hook', 'KEYFILE_PATTERN=/etc/luks/*.key'],
    ['/etc/initramfs-tools/conf.d/umask', 'UMASK=0077'],
  ];
}
