import { defaultLayout, partitionStartBytes } from '../layout/layout.ts';
import type { ArrayLayout, Bus, Encryption, Subvolume } from '../layout/layout.ts';
import { isMountPoint } from '../layout/mount-point.ts';
import type { Profile } from '../layout/profile.ts';
import { lossesBorneBy } from '../layout/profile.ts';
import type { ChunkProfileName } from './facts.ts';
import { disksOf, properMembers } from './found-array.ts';
import type { FoundArray, FoundChunks, FoundDevice, FoundMember } from './found-array.ts';

/** The layout of a lab like an array. */
export interface LayoutOfFacts {
  readonly layout: ArrayLayout;
  /** What of the array a lab does not have or has otherwise, a sentence each; besides the stray chunks. */
  readonly differs: readonly string[];
  /** The chunks that have another profile than most of their type. */
  readonly strays: readonly FoundChunks[];
}

/** Gives the layout of a lab like an array, with its real sizes, and names everything that a lab cannot have. */
export function layoutOfArray(array: FoundArray): LayoutOfFacts {
  const members = properMembers(array).filter(({ isMissing }) => !isMissing);
  const encryption = encryptionOf(members);
  const luks = members.find((member) => member.luks !== null)?.luks ?? null;
  const data = profileOf(array, ['data', 'mixed']);
  const metadata = profileOf(array, ['metadata', 'mixed']);
  const bus = busOf(members);
  const point = array.mounts[0]?.at ?? array.fstab[0]?.at ?? defaultLayout.mountPoint;
  const mountPoint = isMountPoint(point) ? point : defaultLayout.mountPoint;
  const layout: ArrayLayout = {
    ...defaultLayout,
    memberSizesBytes: members.map(diskBytes),
    spareSizesBytes: [Math.max(0, ...members.map(diskBytes))],
    bus: bus ?? 'scsi',
    partitions: arePartitions(members) ?? false,
    profile: data ?? 'raid1',
    metadataProfile: metadata === null || metadata === data ? null : metadata,
    encryption: encryption ?? 'luks2',
    cipher: encryption === 'none' || luks?.cipher === undefined || luks.cipher === usualCipher ? null : luks.cipher,
    sectorSize: encryption === 'luks2' && (luks?.sectorBytes === 512 || luks?.sectorBytes === 4096) ? luks.sectorBytes : null,
    label: array.label !== null && isLabel.test(array.label) ? array.label : defaultLayout.label,
    mkfsOptions: mkfsOptionsOf(array),
    mountOptions: mountOptionsOf(array),
    mountPoint,
    subvolumes: subvolumesOf(array, mountPoint),
    quota: array.filesystem?.quota === true,
    snapshot: (array.subvolumes?.snapshots ?? 0) > 0,
    kdf: luks?.kdf === 'argon2id' || luks?.kdf === 'argon2i' ? 'real' : 'fast',
  };
  const differs = [
    ...(point === mountPoint ? [] : [`The lab mounts it on ${mountPoint}, not on ${point}.`]),
    ...(bus === null ? ['Its disks are on several buses or another one; those of the lab are on SCSI.'] : []),
    ...(encryption === null ? ['Not all members have the same kind of encryption; those of the lab have.'] : []),
    ...(data === null
      ? [`Its data is in ${profilesOf(array, ['data', 'mixed']) || 'chunks that could not be seen'}; the lab has ${layout.profile}.`]
      : []),
    ...differencesOfMembers(array),
    ...differencesOfChunks(array),
  ];
  const strays = array.chunks.filter(({ type, profile }) => !isWanted(profile, type === 'data' ? data : metadata));
  return { layout, differs, strays };
}

/** What luksFormat takes by itself. Source: cryptsetup --help, since 2.0. */
const usualCipher = 'aes-xts-plain64';

const isLabel = /^[A-Za-z0-9_.-]{1,100}$/u;

/** What a member or its container is on: a partition or a disk. */
function placeOf({ container, device, layers }: FoundMember): FoundDevice | null {
  return container ?? layers.find(({ kind }) => kind === 'partition') ?? layers.at(-1) ?? device;
}

/** The size of the disk for a member; that of a partition has its table before and behind it. */
function diskBytes(member: FoundMember): number {
  const place = placeOf(member);
  const placeBytes = place?.sizeBytes ?? member.sizeBytes ?? 0;
  if (place?.kind !== 'partition') return placeBytes;
  return Math.ceil((placeBytes + partitionStartBytes + gptEndBytes) / 1024 ** 2) * 1024 ** 2;
}

/** The second header of a GPT and its entries, at the end of the disk. Source: UEFI specification, 5.3. */
const gptEndBytes = 33 * 512;

/** Null where some are and others are not. */
function arePartitions(members: readonly FoundMember[]): boolean | null {
  const kinds = new Set(members.map((member) => placeOf(member)?.kind === 'partition'));
  return kinds.size > 1 ? null : kinds.has(true);
}

/** Null where members differ. */
function encryptionOf(members: readonly FoundMember[]): Encryption | null {
  const kinds = new Set(
    members.map(({ container, luks, layers }): Encryption => {
      if (container === null) return 'none';
      return luks?.version === 1 || layers[0]?.layer === 'CRYPT-LUKS1' ? 'luks1' : 'luks2';
    }),
  );
  const [kind] = kinds;
  return kinds.size === 1 && kind !== undefined ? kind : null;
}

function busOf(members: readonly FoundMember[]): Bus | null {
  const found = new Set(members.flatMap(disksOf).map(({ bus }) => bus));
  if (found.size !== 1) return null;
  if (found.has('nvme')) return 'nvme';
  if (found.has('virtio')) return 'virtio';
  return found.has('ata') || found.has('scsi') ? 'scsi' : null;
}

function chunksOf(array: FoundArray, types: readonly FoundChunks['type'][]): readonly FoundChunks[] {
  return array.chunks.filter(({ type }) => types.includes(type));
}

/** The profile of most of these chunks that survive a loss, else of most; null for one that no lab has. */
function profileOf(array: FoundArray, types: readonly FoundChunks['type'][]): Profile | null {
  const found = chunksOf(array, types);
  const redundant = found.filter(({ profile }) => lossesBorneBy(profile) > 0);
  const [most] = [...(redundant.length === 0 ? found : redundant)].sort((one, other) => other.sizeBytes - one.sizeBytes);
  return most === undefined || most.profile === 'raid0' ? null : most.profile;
}

function profilesOf(array: FoundArray, types: readonly FoundChunks['type'][]): string {
  return [...new Set(chunksOf(array, types).map(({ profile }) => profile))].join(', ');
}

function mkfsOptionsOf({ filesystem, members }: FoundArray): readonly string[] {
  const superBlock = members.find((member) => member.superBlock !== null)?.superBlock;
  const checksum = filesystem?.checksum ?? superBlock?.checksum;
  const nodeSize = filesystem?.nodeSize ?? superBlock?.nodeSize;
  return [
    ...(checksum === undefined || checksum === 'crc32c' ? [] : ['--checksum', checksumWord(checksum)]),
    ...(nodeSize === undefined || nodeSize === 16384 ? [] : ['--nodesize', String(nodeSize)]),
  ];
}

/** A checksum as mkfs.btrfs takes it; the kernel calls two of them otherwise. Source: mkfs.btrfs(8); fs/btrfs/fs.c. */
function checksumWord(name: string): string {
  return name === 'xxhash64' ? 'xxhash' : name === 'blake2b-256' || name === 'blake2b' ? 'blake2' : name;
}

/** What the lab's fstab has anyway, or what says nothing of the array. */
const usualOptions = /^(?:nofail|defaults|rw|ro|relatime|noauto|auto|_netdev|subvolid|x-.*|device=.*)$/u;

function mountOptionsOf({ fstab, mounts }: FoundArray): readonly string[] {
  const from =
    fstab.length > 0
      ? fstab
      : mounts.map((mount) => ({ ...mount, options: mount.options.filter((option) => option.startsWith('compress')) }));
  return [...new Set(from.flatMap(({ options }) => options))].filter((option) => !usualOptions.test(option));
}

/** The subvolumes that have mounts of their own, the array's mount point first. */
function subvolumesOf({ mounts, fstab }: FoundArray, mountPoint: string): readonly Subvolume[] {
  const mounted = (fstab.length > 0 ? fstab : mounts).flatMap(({ at, subvolumes }) => subvolumes.slice(0, 1).map((name) => ({ at, name })));
  const [first] = mounted;
  if (first === undefined) return [];
  const names = [...new Set(mounted.map(({ name }) => name))].filter((name) => !/[\s/,'"#\\]/u.test(name));
  return names.map((name, index) => ({
    name,
    mountPoint: index === 0 ? mountPoint : `${mountPoint}/${name.replace(/^@/u, '')}`,
    options: [],
  }));
}

function differencesOfMembers(array: FoundArray): readonly string[] {
  const members = properMembers(array);
  const some = (is: (member: FoundMember) => boolean, sentence: string): readonly string[] => (members.some(is) ? [sentence] : []);
  const hasLayer =
    (layer: RegExp) =>
    ({ layers }: FoundMember) =>
      layers.some((each) => layer.test(each.layer ?? '') || layer.test(each.kind));
  return [
    ...some(({ isMissing }) => isMissing, 'A member is missing; the lab begins with all that are there.'),
    ...(arePartitions(members) === null ? ['Some members are partitions; in the lab all are whole disks.'] : []),
    ...some(hasLayer(/^(?:LVM|mpath|md)$/u), 'Members are on LVM, multipath or md; in the lab they are on disks.'),
    ...some(hasLayer(/^loop$/u), 'Members are files behind loop devices; in the lab they are disks.'),
    ...some(
      ({ container }) => container !== null && container.content !== 'crypto_LUKS',
      'A LUKS header is not on its disk (detached); in the lab it is.',
    ),
    ...some(({ luks }) => luks?.integrity !== undefined, 'A container has integrity protection; in the lab it has none.'),
    ...some(
      ({ luks }) => luks?.unusual === true,
      'A container has more than one segment, or another kind of segment; in the lab it has one.',
    ),
    ...some(
      ({ luks }) => (luks?.requirements.length ?? 0) > 0,
      'A container requires what a lab’s does not, such as an unfinished reencryption.',
    ),
    ...some(
      ({ device }) => device?.layer?.startsWith('CRYPT') === true && device.discards === true,
      'Containers pass discards on; in the lab they do not.',
    ),
  ];
}

function differencesOfChunks(array: FoundArray): readonly string[] {
  const known = new Set([
    'no_holes',
    'free_space_tree',
    'extended_iref',
    'skinny_metadata',
    'big_metadata',
    'mixed_backref',
    'default_subvol',
    'compress_zstd',
    'compress_lzo',
  ]);
  const features = (array.filesystem?.features ?? []).filter((feature) => !known.has(feature) && !feature.startsWith('raid'));
  return [
    ...(array.chunks.some(({ type }) => type === 'mixed') ? ['Data and metadata are in mixed chunks; in the lab they are apart.'] : []),
    ...(features.length === 0 ? [] : [`It has features that the lab may lack: ${features.join(', ')}.`]),
  ];
}

function isWanted(profile: ChunkProfileName, wanted: Profile | null): boolean {
  return wanted === null || profile === wanted;
}
