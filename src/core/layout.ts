import { RaidlabError } from './failure.ts';

/** The btrfs profiles that an array of raidlab can have, for data and metadata alike. */
export const profiles = ['raid1', 'raid1c3', 'raid1c4', 'raid10', 'single', 'dup'] as const;

/** A btrfs profile, in lower case as mkfs.btrfs and balance filters take it. */
export type Profile = (typeof profiles)[number];

/** The array that is wanted: disks, profile, encryption. A plain value; nothing exists yet. */
export interface ArrayLayout {
  /** Disks that mkfs gets: DISK1 to DISKn. */
  readonly members: number;
  /** Blank disks in the machine, kept for replacements: the serials after the members'. */
  readonly spares: number;
  readonly diskSizeBytes: number;
  /** Of data, metadata and system chunks. */
  readonly profile: Profile;
  /** `fast`: pbkdf2 with 1000 iterations, enough for a keyfile of random bytes. `real`: cryptsetup's own default (argon2id). */
  readonly kdf: 'fast' | 'real';
}

/** The seed's array: two members and one spare of 1 GiB, raid1. */
export const defaultLayout: ArrayLayout = { members: 2, spares: 1, diskSizeBytes: 1024 ** 3, profile: 'raid1', kdf: 'fast' };

/** The filesystem's label; fstab names it. */
export const arrayLabel = 'storage';

/** Where the guest mounts the array. */
export const arrayGuestPath = '/storage';

/** What a profile asks for and gives. Source: mkfs.btrfs(8), section PROFILES. */
const profileFacts: Readonly<
  Record<Profile, { readonly minimumMembers: number; readonly copies: number; readonly lossesSurvived: number }>
> = {
  raid1: { minimumMembers: 2, copies: 2, lossesSurvived: 1 },
  raid1c3: { minimumMembers: 3, copies: 3, lossesSurvived: 2 },
  raid1c4: { minimumMembers: 4, copies: 4, lossesSurvived: 3 },
  raid10: { minimumMembers: 2, copies: 2, lossesSurvived: 1 },
  single: { minimumMembers: 1, copies: 1, lossesSurvived: 0 },
  dup: { minimumMembers: 1, copies: 2, lossesSurvived: 0 },
};

/** The default size of a LUKS2 header with its keyslot area. Source: cryptsetup(8), --luks2-keyslots-size. */
const luks2HeaderBytes = 16 * 1024 ** 2;

/** Below this mkfs.btrfs refuses the member behind a LUKS2 header (field notes, 12: 128 MiB disks fail); 256 MiB leaves room to balance. */
const minimumDiskBytes = 256 * 1024 ** 2;

/** How many lost members an array of this profile survives. */
export function lossesSurvived(profile: Profile): number {
  return profileFacts[profile].lossesSurvived;
}

/** Checks a layout; throws `bad-layout` with a remedy when no such array can be. */
export function checkLayout(layout: ArrayLayout): void {
  const { minimumMembers } = profileFacts[layout.profile];
  if (layout.members < minimumMembers) {
    throw new RaidlabError({
      area: 'usage',
      reason: 'bad-layout',
      message: `The profile ${layout.profile} needs at least ${String(minimumMembers)} disks; the layout has ${String(layout.members)}.`,
      remedy: `Use --disks ${String(minimumMembers)} or more, or another --profile.`,
    });
  }
  if (layout.diskSizeBytes < minimumDiskBytes) {
    throw new RaidlabError({
      area: 'usage',
      reason: 'bad-layout',
      message: `Disks of ${String(Math.floor(layout.diskSizeBytes / 1024 ** 2))} MiB are too small: a LUKS2 header takes 16 MiB, and btrfs needs room for its chunks.`,
      remedy: `Use --disk-size ${String(minimumDiskBytes / 1024 ** 2)}MiB or more.`,
    });
  }
}

/**
 * Predicts the bytes that data can take: `min(total / copies, what the largest member can be mirrored against)`.
 *
 * With equal disks this is total / copies. Chunk overhead (system and metadata) is not subtracted.
 */
export function predictUsableBytes(layout: ArrayLayout): number {
  const payloadBytes = layout.diskSizeBytes - luks2HeaderBytes;
  return Math.floor((layout.members * payloadBytes) / profileFacts[layout.profile].copies);
}

/** Checks that a payload leaves room for what a drill writes besides (degraded writes, journals, chunks under balance). */
export function checkPayloadFits(layout: ArrayLayout, payloadBytes: number): void {
  const usableBytes = predictUsableBytes(layout);
  // Balancing and degraded chunks need unallocated space; beyond half full a drill would test ENOSPC instead of its promise.
  if (payloadBytes > usableBytes / 2) {
    throw new RaidlabError({ area: 'usage', reason: 'payload-too-large', payloadBytes, usableBytes });
  }
}

/** Gives a layout in a few words: `2 × 1 GiB + 1 spare, LUKS2, raid1`. */
export function describeLayout(layout: ArrayLayout): string {
  const mebibytes = layout.diskSizeBytes / 1024 ** 2;
  const size = mebibytes % 1024 === 0 ? `${String(mebibytes / 1024)} GiB` : `${String(Math.floor(mebibytes))} MiB`;
  const spares = layout.spares === 0 ? '' : ` + ${String(layout.spares)} spare${layout.spares === 1 ? '' : 's'}`;
  return `${String(layout.members)} × ${size}${spares}, LUKS2, ${layout.profile}`;
}
