import type { ArrayLayout } from '../../layout/layout.ts';
import { metadataProfileOf, profileFacts } from '../../layout/profile.ts';
import { predictUsableBytes } from '../../layout/usable-space.ts';
import { formatSize } from '../../text/size.ts';
import type { ChunkProfileName } from '../facts.ts';
import { layoutOfArray } from '../facts-to-layout.ts';
import type { FoundArray, FoundChunks, FoundMember } from '../found-array.ts';
import { properMembers } from '../found-array.ts';
import { nameOfMember } from '../names.ts';
import { scaleDisks } from './scale.ts';

/** A member of the array that the lab has in small, and may lose. */
export interface RehearsedMember {
  /** Its 1-based number in the lab, in the order of devids. */
  readonly number: number;
  readonly devid: number;
  /** `devid 2 (crypt-btrfs2 on ata-…)`. */
  readonly name: string;
}

/** The lab that stands for a real array. */
export interface RehearsedArray {
  readonly layout: ArrayLayout;
  /** How many real bytes a byte of the lab stands for. */
  readonly factor: number;
  /** What is written before the fault, bytes, and how much of the room for data then is taken in all, by chunks without content; a share. */
  readonly payloadBytes: number;
  readonly filledShare: number;
  /** The members that may be lost: the missing one if there is one, otherwise any. */
  readonly losable: readonly RehearsedMember[];
  /** Chunks of other profiles, which the lab gets, too, while it has every disk; null without them, or where the lab cannot have them. */
  readonly strays: RehearsedStrays | null;
  /** What of the array the lab has not or has otherwise, a sentence each. */
  readonly differs: readonly string[];
}

/** Chunks of other profiles than the array's own, and how the lab comes to them. */
export interface RehearsedStrays {
  /** What there is at least: `data single`. */
  readonly chunks: readonly { readonly type: 'data' | 'metadata' | 'system'; readonly profile: ChunkProfileName }[];
  /**
   * `degraded`: a disk was missing, something was written, the disk was replaced, and nobody balanced; `holder` is the 1-based number of
   * the member that remained. `conversion`: one that was begun and not ended.
   */
  readonly from: { readonly kind: 'degraded'; readonly holder: number } | { readonly kind: 'conversion' };
}

const mebibyte = 1024 ** 2;

/** The size of the smallest disk, bytes: what the drills are proved on. A second degraded chunk of raid1c3 and raid1c4 has no room on less than 2 GiB. */
const leastBytes = { usual: 1024 * mebibyte, manyCopies: 2048 * mebibyte } as const;

/** Bytes of test files: enough for files of every kind, and not more than emulation writes in half a minute. */
const payloadBounds = { least: 32 * mebibyte, most: 128 * mebibyte } as const;

/** Beyond half full a drill would test ENOSPC instead of its promise. */
const mostFilledShare = 0.5;

/** Gives the lab for an array of which {@link whyNotRehearse} says nothing. */
export function rehearseArray(array: FoundArray): RehearsedArray {
  const members = [...properMembers(array)].sort((one, other) => (one.devid ?? 0) - (other.devid ?? 0));
  const {
    layout: real,
    differs,
    strays: strayChunks,
  } = layoutOfArray({ ...array, members: members.map((member) => withPresence(member, members)) });
  const isManyCopies = [real.profile, real.metadataProfile].some((profile) => profile === 'raid1c3' || profile === 'raid1c4');
  const scaled = scaleDisks(real.memberSizesBytes, isManyCopies ? leastBytes.manyCopies : leastBytes.usual);
  const layout: ArrayLayout = {
    ...real,
    memberSizesBytes: scaled.sizesBytes,
    spareSizesBytes: [Math.max(...scaled.sizesBytes)],
    // What slows a passphrase down is not what is rehearsed.
    kdf: 'fast',
  };
  const usableBytes = predictUsableBytes(layout);
  const share = filledShareOf(array, members);
  const filledShare = Math.min(share ?? 0, mostFilledShare);
  const wanted = Math.round((filledShare * usableBytes) / mebibyte) * mebibyte;
  const payloadBytes = Math.min(Math.max(wanted, payloadBounds.least), payloadBounds.most);
  const missing = members.filter(({ isMissing }) => isMissing);
  const losable = members.flatMap((member, index) =>
    missing.length === 0 || member.isMissing ? [{ number: index + 1, devid: member.devid ?? 0, name: nameOfMember(member) }] : [],
  );
  const strays = missing.length === 0 ? rehearseStrays(strayChunks, members, layout) : null;
  return {
    layout,
    factor: scaled.factor,
    payloadBytes,
    filledShare,
    losable,
    strays,
    differs: [
      ...(scaled.factor === 1
        ? []
        : [
            `Its disks are ${scaled.factor < 10 ? scaled.factor.toFixed(1) : String(Math.round(scaled.factor))} times as large as those of the lab (${layout.memberSizesBytes.map(formatSize).join(', ')})${scaled.isToScale ? '' : ', and small ones are larger in the lab than their share'}.`,
          ]),
      ...(share === null ? ['How full it is could not be seen; the lab is nearly empty.'] : differencesOfFill(share)),
      ...(array.filesystem?.working === undefined
        ? []
        : [`Work on it is unfinished (${array.filesystem.working.replaceAll('-', ' ')}); the lab begins without.`]),
      ...differs,
      ...(strayChunks.length === 0 || strays !== null ? [] : [describeStrays(strayChunks, 'the lab begins without')]),
      ...(real.kdf === 'real' ? ['Its keys are slow to derive (argon2); those of the lab are not.'] : []),
    ],
  };
}

/** Says which chunks have other profiles, and what of it: a sentence. */
export function describeStrays(strays: readonly Pick<FoundChunks, 'type' | 'profile'>[], but: string): string {
  return `It has chunks of other profiles (${strays.map(({ type, profile }) => `${type} ${profile}`).join(', ')}); ${but}.`;
}

function rehearseStrays(found: readonly FoundChunks[], members: readonly FoundMember[], layout: ArrayLayout): RehearsedStrays | null {
  const chunks = found.flatMap(({ type, profile }) => (type === 'mixed' ? [] : [{ type, profile }]));
  if (chunks.length === 0) return null;
  const isFromDegraded = chunks.every(({ type, profile }) => {
    const wanted = type === 'data' ? layout.profile : metadataProfileOf(layout);
    // One member less, and new chunks cannot have it any more.
    return ['single', 'dup'].includes(profile) && wanted.startsWith('raid1') && profileFacts[wanted].minimumMembers === members.length;
  });
  if (!isFromDegraded) return { chunks, from: { kind: 'conversion' } };
  const holds = (member: FoundMember): boolean => found.some(({ on = [] }) => on.some(({ device }) => device === member.device?.name));
  const holder = members.findIndex(holds) + 1;
  return { chunks, from: { kind: 'degraded', holder: holder === 0 ? members.length : holder } };
}

/** The lab begins with every member; a missing one has no device from which to tell its encryption, so the others tell it. */
function withPresence(member: FoundMember, members: readonly FoundMember[]): FoundMember {
  if (!member.isMissing) return member;
  const like = members.find(({ isMissing }) => !isMissing);
  if (like === undefined || like.container === null) return member;
  const before = (like.container.sizeBytes ?? 0) - (like.device?.sizeBytes ?? like.sizeBytes ?? 0);
  const container = { ...like.container, sizeBytes: (member.sizeBytes ?? 0) + before };
  return { ...like, devid: member.devid, sizeBytes: member.sizeBytes, container, isMissing: false };
}

/** Gives how much of the room for data is taken; null when that is not known. */
function filledShareOf(array: FoundArray, members: readonly FoundMember[]): number | null {
  const data = array.chunks.filter(({ type }) => type === 'data' || type === 'mixed');
  if (data.length === 0) return null;
  const usedBytes = data.reduce((total, chunks) => total + chunks.usedBytes, 0);
  const { layout } = layoutOfArray(array);
  const usableBytes = predictUsableBytes({
    ...layout,
    encryption: 'none',
    memberSizesBytes: members.map(({ sizeBytes }) => sizeBytes ?? 0),
  });
  return usableBytes === 0 ? null : Math.min(1, usedBytes / usableBytes);
}

function differencesOfFill(share: number): readonly string[] {
  if (share <= mostFilledShare) return [];
  return [
    `${percent(share)} of its room for data is taken, and ${percent(mostFilledShare)} of the lab’s: whether a fuller array has room for a repair is what the drill full-array shows.`,
  ];
}

function percent(share: number): string {
  return `${String(Math.round(share * 100))} %`;
}
