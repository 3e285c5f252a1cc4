/**
 * What people do to a lab before they believe what raidlab says of it: how it is built, and moves, drawn from a seed. A move is what is
 * typed on the host, to raidlab, and then in the guest.
 */
import { openPrng } from '../../src/core/bytes/prng.ts';

/** A move, and whether a disk failure can still be simulated after it. */
export interface Move {
  readonly name: string;
  /** What raidlab is told, a command each. */
  readonly typed?: readonly string[];
  /** What is typed in the guest. */
  readonly commands: readonly string[];
  /** Why not any more; undefined: it can. */
  readonly refused?: RegExp;
}

const intoSubvolume: Move = {
  name: 'subvolume in fstab',
  commands: [
    'btrfs subvolume create /storage/@data',
    'umount /storage',
    "sed -i 's|nofail|nofail,subvol=@data|' /etc/fstab",
    'mount /storage',
  ],
};

const moves: readonly ((draw: (below: number) => number, nth: number) => Move)[] = [
  (draw, nth) => ({
    name: 'files',
    commands: [
      `mkdir -p "/storage/dir ${String(nth)}"`,
      `for i in $(seq ${String(20 + draw(100))}); do head -c ${String(1 + draw(60_000))} /dev/urandom > "/storage/dir ${String(nth)}/$i"; done`,
    ],
  }),
  (draw, nth) => ({ name: 'a large file', commands: [`head -c ${String(1 + draw(24))}M /dev/urandom > /storage/large-${String(nth)}`] }),
  (draw, nth) => ({
    name: 'files without checksums',
    commands: [
      `mkdir /storage/vm-${String(nth)}`,
      `chattr +C /storage/vm-${String(nth)}`,
      `head -c ${String(1 + draw(12))}M /dev/urandom > /storage/vm-${String(nth)}/disk.raw`,
    ],
  }),
  (_, nth) => ({
    name: 'a subvolume with a snapshot',
    commands: [
      `btrfs subvolume create /storage/sub-${String(nth)}`,
      `head -c 100000 /dev/urandom > /storage/sub-${String(nth)}/x`,
      `btrfs subvolume snapshot -r /storage/sub-${String(nth)} /storage/snap-${String(nth)}`,
      `head -c 100000 /dev/urandom > /storage/sub-${String(nth)}/x`,
    ],
  }),
  (_, nth) => ({
    name: 'links, clones, attributes',
    commands: [
      `head -c 300000 /dev/urandom > /storage/one-${String(nth)}`,
      `ln /storage/one-${String(nth)} /storage/two-${String(nth)}`,
      `ln -s one-${String(nth)} /storage/to-${String(nth)}`,
      `cp --reflink=always /storage/one-${String(nth)} /storage/clone-${String(nth)}`,
      `setfattr -n user.a -v b /storage/one-${String(nth)}`,
      `truncate -s 40M /storage/sparse-${String(nth)}`,
    ],
  }),
  () => ({ name: 'quota', commands: ['btrfs quota enable /storage'] }),
  () => ({ name: 'compression', commands: ['mount -o remount,compress=zstd /storage', 'yes text | head -c 3000000 > /storage/text'] }),
  () => ({ name: 'a scrub', commands: ['btrfs scrub start -B /storage'] }),
  () => ({ name: 'degraded in fstab', commands: ["sed -i 's|nofail|nofail,degraded|' /etc/fstab"] }),
  () => ({ name: 'a power cut', commands: [], typed: ['ssh -- sync', 'crash', 'up'] }),
  () => ({ name: 'a restart', commands: [], typed: ['reload'] }),
  () => ({ name: 'a spare pulled and put back', commands: [], typed: ['disk pull DISK3', 'disk insert DISK3'] }),
  (draw, nth) => ({
    name: 'a slow disk, for a while',
    typed: [
      'disk slow DISK2 --latency 20',
      `ssh -- 'head -c ${String(1 + draw(2_000_000))} /dev/urandom > /storage/slow-${String(nth)}'`,
      'disk restore DISK2',
    ],
    commands: ['sync'],
  }),
  (_, nth) => ({
    name: 'a snapshot, and back to it',
    typed: [`snapshot save s${String(nth)}`, "ssh -- 'rm -rf /storage/* || true'", `snapshot restore s${String(nth)}`],
    commands: [],
  }),
  () => ({ name: 'files deleted', commands: ['find /storage -maxdepth 1 -name "large-*" -delete', 'sync'] }),
];

/** It can be lost there, too, unless more of it is mounted below its old place. */
const elsewhere: Move = {
  name: 'the array elsewhere',
  commands: [
    'umount --recursive /storage',
    "sed -i 's| /storage | /media/array |' /etc/fstab",
    'mkdir -p /media/array',
    'mount /media/array',
  ],
};

const spoilers: readonly Move[] = [
  { name: 'data to one copy', commands: ['btrfs balance start -f -dconvert=single /storage'], refused: /not all of it is raid1/u },
  {
    name: 'a paused balance',
    commands: [
      'head -c 60M /dev/urandom > /storage/to-be-moved',
      'sync',
      '(btrfs balance start --full-balance /storage > /dev/null 2>&1 &)',
      'sleep 0.3',
      'btrfs balance pause /storage',
    ],
    refused: /a balance is paused/u,
  },
  elsewhere,
];

/**
 * Rot that scrubs have mended, the last of which found nothing. Two are not always enough: the first may mend the checksums without which
 * it could not check the data. Of files that have checksums nothing is left damaged.
 */
const rotMended: Move = {
  name: 'rot, and scrubs',
  typed: ['disk rot DISK2 --bytes 256KiB', 'disk restore DISK2'],
  commands: [
    "(for i in 1 2 3 4; do btrfs scrub start -B /storage | grep 'no errors found' && exit 0; done; exit 1)",
    'btrfs device stats -z /storage > /dev/null',
  ],
};

/** Rot that nobody has looked for. */
const rotForgotten: Move = {
  name: 'rot, restored and forgotten',
  typed: ['disk rot DISK2 --bytes 256KiB', 'disk restore DISK2'],
  commands: [],
  refused: /DISK2 is damaged/u,
};

/** A lab: what `up` is told, and what is done to it afterwards. */
export interface RandomLab {
  readonly up: readonly string[];
  readonly moves: readonly Move[];
  /** Where the array is mounted in the end. */
  readonly endsOn: string;
}

const builds: readonly (readonly string[])[] = [
  [],
  [],
  ['--layout', 'as-people-have-it'],
  ['--bus', 'virtio'],
  ['--encryption', 'luks1'],
  ['--subvolume', '@data', '--mount-option', 'compress=zstd'],
];

/** Draws a lab: two to six moves, in some of the labs in a subvolume of their own making, and in a quarter one at the end that spoils it. */
export function drawLab(seed: string): RandomLab {
  const prng = openPrng(seed);
  const draw = (below: number): number => prng.below(below);
  const count = 2 + draw(5);
  const drawn = Array.from({ length: count }, (_, nth) => moves[draw(moves.length)]?.(draw, nth)).filter((move) => move !== undefined);
  const up = builds[draw(builds.length)] ?? [];
  // What has no checksums is not mended, and which copy of it is hashed is chance.
  const hasChecksums = !up.includes('as-people-have-it') && drawn.every(({ name }) => name !== 'files without checksums');
  const mended = hasChecksums && draw(3) === 0 ? [rotMended] : [];
  const spoiler = draw(4) === 0 ? [...spoilers, rotForgotten][draw(spoilers.length + 1)] : undefined;
  const isPlain = up.every((word) => word !== '--subvolume' && word !== 'as-people-have-it');
  const first = isPlain && draw(3) === 0 ? [intoSubvolume] : [];
  const onPartitions = draw(4) === 0 ? ['--partitions'] : [];
  // Drawn last, so that the labs of earlier seeds stay what they were, but for the place.
  const mountPoint = draw(4) === 0 ? '/srv/data' : '/storage';
  const place = mountPoint === '/storage' ? [] : ['--mount-point', mountPoint];
  const isMoved = spoiler === elsewhere;
  const last = isMoved && up.includes('as-people-have-it') ? { ...elsewhere, refused: /its subvolumes belong below/u } : spoiler;
  return {
    up: [...up, ...onPartitions, ...place],
    moves: [...first, ...drawn, ...mended, ...(last === undefined ? [] : [last])].map((move) => moveTo(mountPoint, move)),
    endsOn: isMoved ? '/media/array' : mountPoint,
  };
}

function moveTo(mountPoint: string, { name, typed = [], commands, refused }: Move): Move {
  const there = (line: string): string => line.replaceAll('/storage', mountPoint);
  return { name, typed: typed.map(there), commands: commands.map(there), ...(refused === undefined ? {} : { refused }) };
}
