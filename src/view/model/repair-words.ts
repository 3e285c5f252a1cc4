/*
 * What typed commands do to the disks of an array, read from their words alone: a report shows what was typed, and asks nobody.
 */

/** Gives the device that `btrfs replace start` builds the content of a member on; undefined for any other command. */
export function replaceTargetOf(argv: readonly string[]): string | undefined {
  return argv[0] === 'btrfs' && argv[1] === 'replace' && argv[2] === 'start' ? argv.at(-2) : undefined;
}

/** Gives the devices whose content a command takes away. */
export function wipedDevices(argv: readonly string[]): readonly string[] {
  const isWipe = argv[0] === 'wipefs' || argv[0] === 'mkfs.btrfs' || (argv[0] === 'cryptsetup' && argv[1] === 'luksFormat');
  return isWipe ? argv.filter((word) => word.startsWith('/dev/')) : [];
}

/** What a command does to the mount of the array, if it succeeds. */
export type MountAct = { readonly act: 'mount'; readonly options: readonly string[] } | { readonly act: 'unmount' };

/** Reads what a command does to what is mounted on a path of the guest; undefined when it does nothing there. */
export function mountActOf(argv: readonly string[], mountedGuestPath: string): MountAct | undefined {
  if (argv[0] === 'umount' && argv.at(-1) === mountedGuestPath) return { act: 'unmount' };
  // What a boot does, in one program of the guest: it opens and mounts all that crypttab and fstab say.
  if (argv[0] === '/usr/lib/raidlab/open-storage') return { act: 'mount', options: ['rw'] };
  if (argv[0] !== 'mount' || argv.at(-1) !== mountedGuestPath) return undefined;
  const at = argv.indexOf('-o');
  return { act: 'mount', options: at === -1 ? ['rw'] : (argv[at + 1] ?? '').split(',') };
}
