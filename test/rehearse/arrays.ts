import type { Rehearsed } from './mend-by-runbook.ts';

/** Arrays of which the runbook is typed. */
export const arrays: Readonly<Record<string, Rehearsed>> = {
  raid1: { up: [], lose: 1, thenLose: ['DISK2'] },
  'the other one': { up: [], lose: 2, thenLose: ['DISK1'] },
  'disks that differ, the largest': { up: ['--layout', 'raid1-unequal'], lose: 3, thenLose: ['DISK1'] },
  'as people have it': { up: ['--layout', 'as-people-have-it'], lose: 2, thenLose: ['DISK3'] },
  raid1c3: { up: ['--layout', 'raid1c3'], lose: 4, thenLose: ['DISK1', 'DISK2'] },
  raid10: { up: ['--layout', 'raid10'], lose: 2, thenLose: ['DISK5'] },
  'metadata raid1c3': { up: ['--disks', '3', '--metadata-profile', 'raid1c3', '--disk-size', '2GiB'], lose: 2, thenLose: ['DISK1'] },
  // DISK1 was missing, something was written, it was replaced, and nobody balanced; DISK2 has what has one copy.
  'stray single chunks': {
    up: [],
    commands: [
      'umount /storage && cryptsetup close crypt-btrfs1 && btrfs device scan --forget',
      'mount -t btrfs -o degraded /dev/mapper/crypt-btrfs2 /storage',
      'head -c 20M /dev/urandom > /storage/with-one-copy && sync',
      'd=$(ls /dev/disk/by-id/*_DISK1) && cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --uuid "$(cryptsetup luksUUID $d)" --key-file /etc/luks/DISK1.key $d && cryptsetup open --key-file /etc/luks/DISK1.key $d crypt-btrfs1',
      'btrfs replace start -B -f 1 /dev/mapper/crypt-btrfs1 /storage',
      'umount /storage && mount /storage',
    ],
    lose: 2,
    thenLose: ['DISK1'],
  },
  LUKS1: { up: ['--encryption', 'luks1'], lose: 1, thenLose: ['DISK3'] },
  'another cipher, sectors of 4096': { up: ['--cipher', 'serpent-xts-plain64', '--sector-size', '4096'], lose: 2, thenLose: ['DISK1'] },
};
