import { RaidlabError } from './failure.ts';
import type { LayoutSetting } from './layout-wishes.ts';

/** The btrfs profiles that an array of raidlab can have, for data and metadata alike. */
export const profiles = ['raid1', 'raid1c3', 'raid1c4', 'raid10', 'single', 'dup'] as const;

/** A btrfs profile, in lower case as mkfs.btrfs and balance filters take it. */
export type Profile = (typeof profiles)[number];

/** The array that is wanted: disks, profile, encryption. A plain value; nothing exists yet. */
export interface ArrayLayout {
  /** The disks that mkfs gets, DISK1 to DISKn, by their sizes, bytes. */
  readonly memberSizesBytes: readonly number[];
  /** Blank disks in the machine, kept for replacements, by their sizes, bytes; their serials come after the members'. */
  readonly spareSizesBytes: readonly number[];
  /** Of data, metadata and system chunks. */
  readonly profile: Profile;
  /** `fast`: pbkdf2 with 1000 iterations, enough for a keyfile of random bytes. `real`: cryptsetup's own default (argon2id). */
  readonly kdf: 'fast' | 'real';
}

/** A disk's size when nobody says otherwise, bytes; sparse on the host. */
export const defaultDiskSizeBytes = 1024 ** 3;

/** The seed's array: two members and one spare of 1 GiB, raid1. */
export const defaultLayout: ArrayLayout = {
  memberSizesBytes: equalSizes(2),
  spareSizesBytes: equalSizes(1),
  profile: 'raid1',
  kdf: 'fast',
};

/** Gives the sizes of so many disks of one size, bytes. */
export function equalSizes(count: number, sizeBytes = defaultDiskSizeBytes): readonly number[] {
  return Array.from({ length: count }, () => sizeBytes);
}

/** Gives the sizes of all disks of a layout, members first, bytes. */
export function diskSizesBytes(layout: ArrayLayout): readonly number[] {
  return [...layout.memberSizesBytes, ...layout.spareSizesBytes];
}

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

/** What is wrong with a layout as a whole, whoever wrote it: a command line or a file. */
export interface LayoutMistake {
  /** The settings that do not go together; the one that is most likely meant otherwise comes first. */
  readonly settings: readonly LayoutSetting[];
  /** A sentence. */
  readonly problem: string;
  /** Gives what to do about it; `say` writes a setting as it is written there: `--disks 3`, or `disks: 3`. */
  readonly remedy: (say: SaySetting) => string;
}

/** Writes a setting with its value, or its name alone. */
export type SaySetting = (setting: LayoutSetting, value?: string) => string;

/** Gives what is wrong with a layout; nothing when such an array can be. */
export function findLayoutMistakes(layout: ArrayLayout): readonly LayoutMistake[] {
  const { minimumMembers } = profileFacts[layout.profile];
  const members = layout.memberSizesBytes.length;
  const smallestBytes = Math.min(...diskSizesBytes(layout));
  const mistakes: readonly (LayoutMistake | false)[] = [
    members < minimumMembers && {
      settings: ['profile', 'disks'],
      problem: `The profile ${layout.profile} needs at least ${String(minimumMembers)} disks; the layout has ${String(members)}.`,
      remedy: (say) => `Use ${say('disks', String(minimumMembers))} or more, or another ${say('profile')}.`,
    },
    smallestBytes < minimumDiskBytes && {
      settings: ['diskSize', 'disks', 'spares'],
      problem: `Disks of ${String(Math.floor(smallestBytes / 1024 ** 2))} MiB are too small: a LUKS2 header takes 16 MiB, and btrfs needs room for its chunks.`,
      remedy: (say) => `Use ${say('diskSize', `${String(minimumDiskBytes / 1024 ** 2)}MiB`)} or more.`,
    },
  ];
  return mistakes.filter((mistake) => mistake !== false);
}

/** Checks a layout that a command line asks for; throws `bad-layout` with a remedy when no such array can be. */
export function checkLayout(layout: ArrayLayout): void {
  const [first] = findLayoutMistakes(layout);
  if (first === undefined) return;
  throw new RaidlabError({ area: 'usage', reason: 'bad-layout', message: first.problem, remedy: first.remedy(sayOption) });
}

/** Writes a setting as an option of a command line: `--disk-size 1GiB`. */
function sayOption(setting: LayoutSetting, value?: string): string {
  const name = `--${setting.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
  return value === undefined ? name : `${name} ${value}`;
}

/**
 * Predicts the bytes that data can take. A chunk has its copies on different disks: with `c` copies `x` bytes fit when
 * the disks, each counted for no more than `x`, hold `c` times as much; the greatest such `x` is given. For two copies that is
 * `min(total / 2, total - largest)`. Chunk overhead (system and metadata) is not subtracted.
 */
export function predictUsableBytes(layout: ArrayLayout): number {
  const payloadSizesBytes = layout.memberSizesBytes.map((sizeBytes) => sizeBytes - luks2HeaderBytes).sort((a, b) => b - a);
  const { copies } = profileFacts[layout.profile];
  const totalBytes = sum(payloadSizesBytes);
  // Both copies of dup are on one disk.
  if (layout.profile === 'dup') return Math.floor(totalBytes / copies);
  // The largest disks that stand alone against the rest give no more than the rest and the other copies need.
  const bounds = Array.from({ length: copies }, (_, index) => sum(payloadSizesBytes.slice(index)) / (copies - index));
  return Math.floor(Math.min(...bounds));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Checks that a payload leaves room for what a drill writes besides (degraded writes, journals, chunks under balance). */
export function checkPayloadFits(layout: ArrayLayout, payloadBytes: number): void {
  const usableBytes = predictUsableBytes(layout);
  // Balancing and degraded chunks need unallocated space; beyond half full a drill would test ENOSPC instead of its promise.
  if (payloadBytes > usableBytes / 2) {
    throw new RaidlabError({ area: 'usage', reason: 'payload-too-large', payloadBytes, usableBytes });
  }
}

/** Gives a layout in a few words: `2 × 1 GiB + 1 spare, LUKS2, raid1`; disks of different sizes one by one: `1 GiB, 1536 MiB, 2 GiB`. */
export function describeLayout(layout: ArrayLayout): string {
  const { memberSizesBytes, spareSizesBytes } = layout;
  const spares = spareSizesBytes.length;
  const differ = new Set(diskSizesBytes(layout)).size > 1;
  const spareWords = `${String(spares)} spare${spares === 1 ? '' : 's'}${differ ? ` of ${describeSizes(spareSizesBytes)}` : ''}`;
  const members = new Set(memberSizesBytes).size > 1 ? describeSizes(memberSizesBytes) : equalWords(memberSizesBytes);
  return `${members}${spares === 0 ? '' : ` + ${spareWords}`}, LUKS2, ${layout.profile}`;
}

function equalWords(sizesBytes: readonly number[]): string {
  return `${String(sizesBytes.length)} × ${describeSizes(sizesBytes)}`;
}

function describeSizes(sizesBytes: readonly number[]): string {
  const words = sizesBytes.map((sizeBytes) => {
    const mebibytes = sizeBytes / 1024 ** 2;
    return mebibytes % 1024 === 0 ? `${String(mebibytes / 1024)} GiB` : `${String(Math.floor(mebibytes))} MiB`;
  });
  return new Set(words).size === 1 ? (words[0] ?? '') : words.join(', ');
}
