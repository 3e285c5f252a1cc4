import { formatSize } from '../../text/size.ts';
import { profileFacts } from '../../layout/profile.ts';
import type { Profile } from '../../layout/profile.ts';
import { usableBytesOf } from '../../layout/usable-space.ts';
import type { ChunkProfileName } from '../facts.ts';
import type { FoundArray } from '../found-array.ts';
import { properMembers } from '../found-array.ts';
import { mountPointOf, nameOfArray, nameOfDevice, typed } from '../names.ts';
import { redundantProfile } from './copies.ts';
import type { AuditFinding } from './finding.ts';

/** Finds what no longer fits: the profile and the disks, and the room that is left. */
export function findFit(array: FoundArray): readonly AuditFinding[] {
  const profile = profileOfData(array);
  if (profile === null) return [];
  return [...findTooFew(array), ...findUnusable(array, profile), ...findNoRoom(array, profile), ...findParity(array)];
}

function profileOfData(array: FoundArray): Profile | null {
  const profile = redundantProfile(array, 'data') ?? redundantProfile(array, 'mixed');
  return profile === 'raid0' ? null : profile;
}

function presentCount(array: FoundArray): number {
  return properMembers(array).filter(({ isMissing }) => !isMissing).length;
}

function findTooFew(array: FoundArray): readonly AuditFinding[] {
  const members = presentCount(array);
  const wants = (profile: ChunkProfileName): number => (profile === 'raid0' ? 1 : profileFacts[profile].minimumMembers);
  const unfit = array.chunks.filter(({ profile }) => wants(profile) > members);
  if (unfit.length === 0) return [];
  return [
    {
      name: 'too-few-members',
      severity: 'danger',
      array: nameOfArray(array),
      what: `The array has ${String(members)} members, and its profile needs more.`,
      evidence: unfit.map(({ type, profile }) => `${type}: ${profile} needs ${String(wants(profile))}`),
      why: 'No further chunk of this profile can be made: the next writes get fewer copies, or fail.',
      type: [typed('btrfs', 'device', 'add', '/dev/NEW', mountPointOf(array))],
    },
  ];
}

/** Less than this share of the array is not worth a word: chunks do not come out even. */
const unusableShare = 0.05;

function findUnusable(array: FoundArray, profile: Profile): readonly AuditFinding[] {
  const sizes = properMembers(array).flatMap(({ sizeBytes, isMissing }) => (sizeBytes === null || isMissing ? [] : [sizeBytes]));
  const totalBytes = sizes.reduce((total, sizeBytes) => total + sizeBytes, 0);
  const { copies, parity } = profileFacts[profile];
  if (parity > 0 || sizes.length === 0) return [];
  const unusableBytes = totalBytes - usableBytesOf(profile, sizes) * copies;
  if (unusableBytes < totalBytes * unusableShare) return [];
  return [
    {
      name: 'disks-do-not-fit-profile',
      severity: 'care',
      array: nameOfArray(array),
      what: `${formatSize(unusableBytes)} of the disks can never be used with ${profile}.`,
      evidence: [`members: ${sizes.map(formatSize).join(', ')}`, `usable: ${formatSize(usableBytesOf(profile, sizes))}`],
      why: 'The part of a disk that is larger than all others together has no partner for a second copy. The tools show it as free.',
      type: [typed('btrfs', 'device', 'add', '/dev/NEW', mountPointOf(array))],
    },
  ];
}

/** A data chunk is 1 GiB, a tenth of the array on small ones. Source: fs/btrfs/volumes.c, init_alloc_chunk_ctl_policy_regular(). */
const chunkBytes = 1024 ** 3;

function findNoRoom(array: FoundArray, profile: Profile): readonly AuditFinding[] {
  const { unallocated } = array;
  if (unallocated === undefined) return [];
  const totalBytes = properMembers(array).reduce((total, { sizeBytes }) => total + (sizeBytes ?? 0), 0);
  const least = Math.min(chunkBytes, totalBytes / 10) / 16;
  const room = unallocated.filter(({ device, sizeBytes }) => device !== null && sizeBytes >= least);
  const needed = profile === 'raid5' || profile === 'raid6' ? profileFacts[profile].minimumMembers : profileFacts[profile].copies;
  const data = array.chunks.filter(({ type }) => type === 'data' || type === 'mixed');
  const freeBytes = data.reduce((total, { sizeBytes, usedBytes }) => total + sizeBytes - usedBytes, 0);
  if (room.length >= needed) return [];
  return [
    {
      name: 'no-room-for-chunks',
      severity: 'trap',
      array: nameOfArray(array),
      what: `No further ${profile} chunk can be made: unallocated space is left on ${String(room.length)} of the ${String(needed)} disks that it takes.`,
      evidence: [
        ...unallocated.map(({ device, sizeBytes }) => `${nameOfDevice(array, device)}: ${String(sizeBytes)} bytes unallocated`),
        `free within chunks of data: ${formatSize(freeBytes)}`,
      ],
      why: 'After a disk has died, the conversion of what was written without it needs room for new chunks, and has none: ENOSPC in the middle of a repair.',
      type: [typed('btrfs', 'balance', 'start', '-dusage=50', mountPointOf(array)), 'or remove what is not needed, snapshots first'],
    },
  ];
}

function findParity(array: FoundArray): readonly AuditFinding[] {
  const parity = array.chunks.filter(({ profile }) => profile === 'raid5' || profile === 'raid6');
  if (parity.length === 0) return [];
  return [
    {
      name: 'parity-profile',
      severity: 'trap',
      array: nameOfArray(array),
      what: `${parity.map(({ type, profile }) => `${type} in ${profile}`).join(', ')}: for evaluation and testing, says its manual.`,
      evidence: parity.map(({ type, profile, sizeBytes }) => `${type}, ${profile}: ${formatSize(sizeBytes)}`),
      why: 'After a power cut parity and data may not match (the write hole), and losing a disk then destroys good data. Source: btrfs(5), RAID56 STATUS AND RECOMMENDED PRACTICES.',
      type: [typed('btrfs', 'balance', 'start', '-dconvert=raid1,soft', '-mconvert=raid1,soft', mountPointOf(array))],
    },
  ];
}
