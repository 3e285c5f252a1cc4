import { formatSize } from '../../text/size.ts';
import { lossesBorneBy, profileFacts } from '../../layout/profile.ts';
import { headerBytes, usableBytesOf } from '../../layout/usable-space.ts';
import type { ChunkProfileName } from '../facts.ts';
import type { FoundArray, FoundChunks, FoundMember } from '../found-array.ts';
import { disksOf, properMembers } from '../found-array.ts';
import { nameOfArray, nameOfMember } from '../names.ts';
import type { AuditFinding } from './finding.ts';
import { missingCount } from './members.ts';

/** How large a disk must be to replace a member. */
export interface ReplacementSize {
  /** For btrfs alone, bytes: what the member has. */
  readonly payloadBytes: number;
  /** With a LUKS header as the member has it; without one, the same as the payload. In sectors of 512 bytes. */
  readonly sectors: number;
  /** The header of the member, bytes; 0 without encryption. */
  readonly headerBytes: number;
  /** With the header that `luksFormat` makes by itself, in sectors of 512 bytes; null without encryption. */
  readonly sectorsWithDefaultHeader: number | null;
  readonly luksVersion: 1 | 2 | null;
}

/** What happens when one member dies today. */
export interface MemberLoss {
  readonly member: string;
  /** Chunks that are lost, or may be. */
  readonly lost: readonly { readonly type: string; readonly profile: ChunkProfileName; readonly usedBytes: number }[];
  /** Whether it is only feared, because nobody knows where chunks lie. */
  readonly isGuess: boolean;
  /** Whether the other members have room and number to hold everything as before; null when a size is not known. */
  readonly canMirrorAgain: boolean | null;
  readonly replacement: ReplacementSize | null;
}

/** The unit of disk sizes and of LUKS offsets, whatever a disk's own sectors are. */
const sectorBytes = 512;

/** Says for each member that is there what happens when it dies. */
export function judgeLosses(array: FoundArray): readonly MemberLoss[] {
  return properMembers(array)
    .filter(({ isMissing }) => !isMissing)
    .map((member) => judgeLoss(array, member));
}

function judgeLoss(array: FoundArray, member: FoundMember): MemberLoss {
  // A disk takes with it every member that is on it.
  const disks = disksOf(member);
  const dead = properMembers(array).filter((other) => other === member || disksOf(other).some((disk) => disks.includes(disk)));
  const unreliable = missingCount(array);
  const errors = array.errors.filter(({ devid }) => !dead.some((each) => each.devid === devid)).map(({ devid }) => devid);
  const onDead = (chunks: FoundChunks): boolean =>
    chunks.on === undefined || chunks.on.some(({ device }) => dead.some((each) => each.device?.name === device));
  const isLost = (chunks: FoundChunks): boolean =>
    onDead(chunks) && dead.length + unreliable + badCopies(array, chunks, errors) > lossesBorneBy(chunks.profile);
  const lost = array.chunks.filter(isLost);
  return {
    member: nameOfMember(member),
    lost: lost.map(({ type, profile, usedBytes }) => ({ type, profile, usedBytes })),
    isGuess: !lost.some(({ on, profile }) => on !== undefined && dead.length + unreliable > lossesBorneBy(profile)),
    canMirrorAgain: canMirrorAgain(array, dead),
    replacement: sizeReplacement(member),
  };
}

/** Members with errors that hold such chunks: their copies may not be good. */
function badCopies(array: FoundArray, { on }: FoundChunks, errors: readonly number[]): number {
  return errors.filter((devid) => {
    const device = array.members.find((each) => each.devid === devid)?.device?.name;
    return on === undefined || device === undefined || on.some((each) => each.device === device);
  }).length;
}

function canMirrorAgain(array: FoundArray, dead: readonly FoundMember[]): boolean | null {
  const rest = properMembers(array).filter((member) => !member.isMissing && !dead.includes(member));
  const sizes = rest.map(({ sizeBytes }) => sizeBytes);
  const known = sizes.filter((sizeBytes) => sizeBytes !== null);
  if (known.length < sizes.length || array.chunks.length === 0) return null;
  const redundant = array.chunks.filter(({ profile }) => lossesBorneBy(profile) > 0);
  const strongest = [...redundant].sort((one, other) => lossesBorneBy(other.profile) - lossesBorneBy(one.profile))[0]?.profile;
  const ofData = redundant.find(({ type }) => type === 'data' || type === 'mixed')?.profile ?? strongest;
  if (strongest === undefined || ofData === undefined || ofData === 'raid0' || strongest === 'raid0') return false;
  const usedBytes = array.chunks.reduce((total, chunks) => total + chunks.usedBytes, 0);
  return (
    known.length >= profileFacts[strongest].minimumMembers &&
    known.length >= profileFacts[ofData].minimumMembers &&
    usableBytesOf(ofData, known) >= usedBytes
  );
}

/** Gives how large a disk must be to replace a member; null when its size is not known. `btrfs replace` wants a target of at least the source's size, to the byte. Source: fs/btrfs/dev-replace.c, btrfs_init_dev_replace_tgtdev(). */
export function sizeReplacement({ sizeBytes, luks, container, device }: FoundMember): ReplacementSize | null {
  if (sizeBytes === null) return null;
  const isEncrypted = container !== null;
  const mappedBytes = container?.sizeBytes === undefined || device?.sizeBytes === undefined ? null : container.sizeBytes - device.sizeBytes;
  const ownHeader = isEncrypted ? (luks?.offsetBytes ?? mappedBytes ?? headerBytes.luks2) : 0;
  const unit = Math.max(sectorBytes, luks?.sectorBytes ?? (isEncrypted ? 4096 : sectorBytes));
  const payloadBytes = Math.ceil(sizeBytes / unit) * unit;
  const inSectors = (bytes: number): number => Math.ceil(bytes / sectorBytes);
  return {
    payloadBytes: sizeBytes,
    sectors: inSectors(payloadBytes + ownHeader),
    headerBytes: ownHeader,
    sectorsWithDefaultHeader: isEncrypted ? inSectors(Math.ceil(sizeBytes / 4096) * 4096 + headerBytes.luks2) : null,
    luksVersion: luksVersionOf(luks?.version ?? container?.luksVersion, device?.layer),
  };
}

function luksVersionOf(version: number | undefined, layer: string | undefined): 1 | 2 | null {
  if (version === 1 || layer === 'CRYPT-LUKS1') return 1;
  return version === 2 || layer === 'CRYPT-LUKS2' ? 2 : null;
}

/** Finds members whose death takes data with it, and replacements whose usual header would make them too small. */
export function findLosses(array: FoundArray): readonly AuditFinding[] {
  const losses = judgeLosses(array);
  const fatal = losses.filter(({ lost }) => lost.length > 0);
  const small = losses.filter(
    ({ replacement }) =>
      replacement?.luksVersion !== null && (replacement?.headerBytes ?? 0) > 0 && (replacement?.headerBytes ?? 0) < headerBytes.luks2,
  );
  return [
    ...(fatal.length === 0
      ? []
      : [
          {
            name: 'disk-loss-is-data-loss',
            severity: 'danger' as const,
            array: nameOfArray(array),
            what: `${fatal.length === losses.length ? 'Whichever disk dies next' : `If one of ${String(fatal.length)} disks dies`}, data is lost.`,
            evidence: fatal.map(
              ({ member, lost, isGuess }) =>
                `${member}: ${isGuess ? 'may lose ' : ''}${lost.map(({ type, profile, usedBytes }) => `${formatSize(usedBytes)} of ${type} (${profile})`).join(', ')}`,
            ),
            why: 'This is what redundancy is there for, and today it is not there.',
            type: ['Mend what is said above first. Until then: a backup.'],
          },
        ]),
    ...(small.length === 0
      ? []
      : [
          {
            name: 'header-smaller-than-default',
            severity: 'note' as const,
            array: nameOfArray(array),
            what: 'A replacement of the same size is too small if it gets the LUKS header that `luksFormat` makes by itself.',
            evidence: small.map(
              ({ member, replacement }) =>
                `${member}: header ${String(replacement?.headerBytes)} bytes; a disk needs ${String(replacement?.sectors)} sectors with such a header, ${String(replacement?.sectorsWithDefaultHeader)} with the default one`,
            ),
            why: '`btrfs replace` refuses a target that is smaller by one byte.',
            type: ['cryptsetup luksFormat --type luks1 /dev/NEW', 'or: cryptsetup luksFormat --type luks2 --offset SECTORS /dev/NEW'],
          },
        ]),
  ];
}
