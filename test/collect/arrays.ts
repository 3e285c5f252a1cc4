import type { Collected } from './round-trip.ts';

const some = ['echo one > /storage/one', 'sync', 'btrfs scrub start -B /storage'];
const well: readonly string[] = [];

/** Arrays of every kind and in every state that a lab can be brought into. */
export const arrays: Readonly<Record<string, Collected>> = {
  raid1: { up: [], commands: some, findings: well },
  'never scrubbed': { up: [], findings: ['never-scrubbed'] },
  'disks that differ': { up: ['--layout', 'raid1-unequal'], commands: some, findings: well },
  raid1c3: { up: ['--layout', 'raid1c3'], commands: some, findings: well },
  raid10: { up: ['--layout', 'raid10'], commands: some, findings: well },
  'as people have it': { up: ['--layout', 'as-people-have-it'], commands: some, findings: well },
  raid1c4: { up: ['--disks', '4', '--profile', 'raid1c4', '--disk-size', '2GiB'], commands: some, findings: well },
  raid5: { up: ['--disks', '3', '--profile', 'raid5'], commands: some, findings: ['parity-profile'] },
  raid6: { up: ['--disks', '4', '--profile', 'raid6'], commands: some, findings: ['parity-profile'] },
  'metadata raid1c3': { up: ['--disks', '3', '--metadata-profile', 'raid1c3'], commands: some, findings: well },
  single: { up: ['--profile', 'single'], commands: some, findings: ['disk-loss-is-data-loss', 'no-redundancy'] },
  dup: { up: ['--disks', '1', '--profile', 'dup'], commands: some, findings: well },
  LUKS1: { up: ['--encryption', 'luks1'], commands: some, findings: well },
  'no LUKS': { up: ['--encryption', 'none'], commands: some, findings: well },
  'another cipher': { up: ['--cipher', 'serpent-xts-plain64'], commands: some, findings: well },
  'sectors of 4096': { up: ['--sector-size', '4096'], commands: some, findings: well },
  partitions: { up: ['--partitions'], commands: some, findings: well },
  'partitions without LUKS': { up: ['--partitions', '--encryption', 'none'], commands: some, findings: well },
  virtio: { up: ['--bus', 'virtio'], commands: some, findings: well },
  NVMe: { up: ['--bus', 'nvme'], commands: some, findings: well },
  'another label': { up: ['--label', 'tank'], commands: some, findings: well },
  'another checksum': { up: ['--mkfs-option=--checksum', '--mkfs-option=xxhash'], commands: some, findings: well },
  'another node size': { up: ['--mkfs-option=--nodesize', '--mkfs-option=65536'], commands: some, findings: well },
  'mount options': { up: ['--mount-option', 'noatime', '--mount-option', 'compress=zstd'], commands: some, findings: well },
  subvolumes: { up: ['--subvolume', '@data', '--subvolume', '@home'], commands: some, findings: well },
  quota: { up: ['--quota'], commands: some, findings: well },
  full: {
    up: [],
    commands: [...some, 'dd if=/dev/zero of=/storage/full bs=1M status=none || true', 'sync'],
    findings: ['no-room-for-chunks'],
  },
  'stray single chunks': {
    up: [],
    commands: ['btrfs balance start -f -dconvert=single /storage', ...some],
    findings: ['disk-loss-is-data-loss', 'no-redundancy'],
    isWhole: false,
  },
  'a missing member': {
    up: [],
    commands: [
      'umount /storage',
      'cryptsetup close crypt-btrfs1',
      'btrfs device scan --forget',
      'mount -o degraded LABEL=storage /storage',
    ],
    findings: [
      'disk-loss-is-data-loss',
      'disks-do-not-fit-profile',
      'member-missing',
      'mounted-degraded',
      'never-scrubbed',
      'no-room-for-chunks',
      'too-few-members',
    ],
    isWhole: false,
  },
  'two arrays': {
    up: ['--spares', '2'],
    commands: [
      ...some,
      'mkfs.btrfs -q -f -d raid1 -m raid1 -L second /dev/disk/by-id/*_DISK3 /dev/disk/by-id/*_DISK4',
      'mkdir /second',
      'mount LABEL=second /second',
    ],
    findings: ['never-scrubbed'],
    arrays: 2,
  },
  unmounted: { up: [], commands: [...some, 'umount /storage'], findings: [], isWhole: false },
  locked: {
    up: [],
    commands: [...some, 'umount /storage', 'cryptsetup close crypt-btrfs1', 'cryptsetup close crypt-btrfs2'],
    findings: [],
    arrays: 0,
    isWhole: false,
  },
  'degraded in fstab': { up: ['--mount-option', 'degraded'], commands: some, findings: ['degraded-in-fstab', 'mounted-degraded'] },
};
