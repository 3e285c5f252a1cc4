/** Who may read a source: every user, or root alone. */
export type Reader = 'anyone' | 'root';

/** A file, a glob of files, or a command with fixed arguments, that is read on a real host. */
export interface Source {
  /** As in a document, where it could not be seen. Its words in capitals stand for one value. */
  readonly what: string;
  readonly reader: Reader;
  /** What it is needed for, to complete "it tells …". */
  readonly tells: string;
}

/** The commands that are run on a real host, and no others. Words in capitals stand for one value: a mount point or a device. */
export const commandSources = [
  { what: 'date +%s', reader: 'anyone', tells: 'the time, for the age of a scrub' },
  { what: 'id -u', reader: 'anyone', tells: 'whether it runs as root' },
  { what: 'btrfs --version', reader: 'anyone', tells: 'the version of btrfs-progs' },
  { what: 'cryptsetup --version', reader: 'anyone', tells: 'the version of cryptsetup' },
  { what: 'btrfs filesystem show --raw MOUNT_POINT', reader: 'root', tells: 'which member is which device, and which is missing' },
  { what: 'btrfs device stats MOUNT_POINT', reader: 'root', tells: 'the error counters of each member' },
  { what: 'btrfs filesystem usage -b MOUNT_POINT', reader: 'root', tells: 'on which members chunks lie, and where there is room' },
  { what: 'btrfs subvolume list MOUNT_POINT', reader: 'root', tells: 'how many subvolumes there are, not their names' },
  { what: 'btrfs subvolume list -s MOUNT_POINT', reader: 'root', tells: 'how many snapshots there are, not their names' },
  {
    what: 'btrfs inspect-internal dump-super DEVICE',
    reader: 'root',
    tells: 'whether a member lags behind, and what an array is that is not mounted',
  },
  {
    what: 'cryptsetup luksDump DEVICE',
    reader: 'root',
    tells: 'version, cipher, sector size and length of the LUKS header; no salt, digest or token is kept',
  },
] as const satisfies readonly Source[];

/** The files that are read on a real host, and no others. */
export const fileSources = [
  { what: '/proc/sys/kernel/osrelease', reader: 'anyone', tells: 'the version of the kernel' },
  { what: '/proc/version', reader: 'anyone', tells: 'the version that Debian gives its kernel' },
  { what: '/proc/self/mountinfo', reader: 'anyone', tells: 'where btrfs is mounted, with which options' },
  { what: '/sys/fs/btrfs/UUID/**', reader: 'anyone', tells: 'features, profiles, members and error counters of mounted arrays' },
  { what: '/sys/class/block/**', reader: 'anyone', tells: 'sizes, partitions and mappings' },
  { what: '/run/udev/data/b*', reader: 'anyone', tells: 'what is on each disk, its serial and its names' },
  { what: '/etc/fstab', reader: 'anyone', tells: 'how btrfs is mounted at boot; other lines are passed over' },
  { what: '/etc/crypttab', reader: 'anyone', tells: 'how the containers of the arrays are opened; other lines are passed over' },
  { what: '/var/lib/btrfs/scrub.status.UUID', reader: 'root', tells: 'when each member was scrubbed, and what was found' },
] as const satisfies readonly Source[];

/** What a document may list as not seen: commands without their last word, and files. */
export const whatIds = [
  'btrfs filesystem show --raw',
  'btrfs device stats',
  'btrfs filesystem usage -b',
  'btrfs subvolume list',
  'btrfs inspect-internal dump-super',
  'cryptsetup luksDump',
  '/proc/self/mountinfo',
  '/run/udev/data',
  '/sys/class/block',
  '/sys/fs/btrfs/*/devinfo',
  '/etc/fstab',
  '/etc/crypttab',
  '/var/lib/btrfs/scrub.status.*',
] as const;

/** Something that could not be seen. */
export type WhatId = (typeof whatIds)[number];

/** Why something could not be seen. */
export const unseenReasons = ['not-root', 'no-program', 'failed', 'not-understood', 'not-there'] as const;

/** Why something could not be seen. */
export type UnseenReason = (typeof unseenReasons)[number];

/** Gives the command that a person types to see what could not be seen. */
export function commandToSee(what: WhatId): string {
  switch (what) {
    case 'btrfs filesystem show --raw':
    case 'btrfs device stats':
    case 'btrfs filesystem usage -b':
    case 'btrfs subvolume list':
      return `${what} MOUNT_POINT`;
    case 'btrfs inspect-internal dump-super':
    case 'cryptsetup luksDump':
      return `${what} DEVICE`;
    case '/proc/self/mountinfo':
      return 'findmnt -t btrfs';
    case '/run/udev/data':
    case '/sys/class/block':
      return 'lsblk --fs';
    case '/sys/fs/btrfs/*/devinfo':
      return 'btrfs filesystem show MOUNT_POINT';
    case '/etc/fstab':
    case '/etc/crypttab':
      return `cat ${what}`;
    case '/var/lib/btrfs/scrub.status.*':
      return 'btrfs scrub status -d MOUNT_POINT';
  }
}
