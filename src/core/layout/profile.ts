/** The btrfs profiles that raidlab's arrays can have. */
export const profiles = ['raid1', 'raid1c3', 'raid1c4', 'raid10', 'single', 'dup', 'raid5', 'raid6'] as const;

/** A btrfs profile, in lower case as in mkfs.btrfs and balance filters. */
export type Profile = (typeof profiles)[number];

/** What a profile requires and gives. */
export interface ProfileFacts {
  readonly minimumMembers: number;
  readonly lossesSurvived: number;
  /** How many copies of everything there are; with parity, one. */
  readonly copies: number;
  /** How many disks' worth of each stripe is parity. */
  readonly parity: number;
}

/** What each profile requires and gives. Source: mkfs.btrfs(8), section PROFILES. */
export const profileFacts: Readonly<Record<Profile, ProfileFacts>> = {
  raid1: { minimumMembers: 2, lossesSurvived: 1, copies: 2, parity: 0 },
  raid1c3: { minimumMembers: 3, lossesSurvived: 2, copies: 3, parity: 0 },
  raid1c4: { minimumMembers: 4, lossesSurvived: 3, copies: 4, parity: 0 },
  raid10: { minimumMembers: 2, lossesSurvived: 1, copies: 2, parity: 0 },
  single: { minimumMembers: 1, lossesSurvived: 0, copies: 1, parity: 0 },
  dup: { minimumMembers: 1, lossesSurvived: 0, copies: 2, parity: 0 },
  raid5: { minimumMembers: 2, lossesSurvived: 1, copies: 1, parity: 1 },
  raid6: { minimumMembers: 3, lossesSurvived: 2, copies: 1, parity: 2 },
};

/** The profiles wanted for an array's chunks. */
export interface ChunkProfiles {
  /** Of data chunks. */
  readonly profile: Profile;
  /** Of metadata and system chunks; null: the one that goes with data, see {@link metadataProfileOf}. */
  readonly metadataProfile: Profile | null;
}

/** Gives the profiles of an array whose metadata goes with its data. */
export function chunkProfiles(profile: Profile): ChunkProfiles {
  return { profile, metadataProfile: null };
}

/**
 * Gives the profile wanted for metadata and system chunks. By default it is that of data, but raid1 beside raid5 and raid1c3 beside
 * raid6, which survive as many losses. Source: btrfs(5), RAID56 STATUS AND RECOMMENDED PRACTICES.
 */
export function metadataProfileOf({ profile, metadataProfile }: ChunkProfiles): Profile {
  return metadataProfile ?? (profile === 'raid5' ? 'raid1' : profile === 'raid6' ? 'raid1c3' : profile);
}

/** Describes profiles: `raid1`, or `raid1 (metadata raid1c3)`. */
export function describeProfiles(profiles: ChunkProfiles): string {
  const metadata = metadataProfileOf(profiles);
  return metadata === profiles.profile ? metadata : `${profiles.profile} (metadata ${metadata})`;
}

/** A profile that chunks may have, whoever made the array. */
export type ChunkProfile = Profile | 'raid0';

/** How many lost members chunks of a profile survive. */
export function lossesBorneBy(profile: ChunkProfile): number {
  return profile === 'raid0' ? 0 : profileFacts[profile].lossesSurvived;
}

/** How many lost members an array of these profiles survives. */
export function lossesSurvived(profiles: ChunkProfiles): number {
  return Math.min(lossesBorneBy(profiles.profile), lossesBorneBy(metadataProfileOf(profiles)));
}
