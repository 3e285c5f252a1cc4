import { metadataProfileOf } from '../layout/profile.ts';
import type { ChunkProfiles, Profile } from '../layout/profile.ts';
import type { BlockGroupType, BlockGroupUsage, FilesystemUsage } from './filesystem-usage.ts';

/** The chunks that lack the wanted profile: what a soft balance would convert. Each entry has type, profile, sizes and devices. */
export function chunksOutsideProfile(usage: FilesystemUsage, profiles: ChunkProfiles): readonly BlockGroupUsage[] {
  return usage.blockGroups.filter((blockGroup) => !hasProfile(blockGroup, profiles));
}

/** Whether chunks of one type and profile have the profile wanted for their type. */
export function hasProfile({ type, profile }: BlockGroupUsage, profiles: ChunkProfiles): boolean {
  return profile.toLowerCase() === profileOfType(type, profiles);
}

/** The profile wanted for chunks of a type. */
export function profileOfType(type: BlockGroupType, profiles: ChunkProfiles): Profile {
  return type === 'data' ? profiles.profile : metadataProfileOf(profiles);
}

/** Whether data, metadata and system chunks exist and all have the profile. Says nothing about missing devices. */
export function hasOnlyProfile(usage: FilesystemUsage, profiles: ChunkProfiles): boolean {
  const has = (wanted: BlockGroupType): boolean => usage.blockGroups.some(({ type }) => type === wanted);
  const allTypes = has('system') && (has('data+metadata') || (has('data') && has('metadata')));
  return allTypes && usage.overall.multipleProfiles.length === 0 && chunksOutsideProfile(usage, profiles).length === 0;
}

/** Whether the tool counts the bytes of a missing device, or lists one. To the tool a disk pulled under dm-crypt is not missing. */
export function usageHasMissing(usage: FilesystemUsage): boolean {
  const lists = [usage.unallocated, ...usage.blockGroups.map(({ devices }) => devices)];
  return usage.overall.deviceMissingBytes > 0 || lists.some((devices) => devices.some(({ guestDevice }) => guestDevice === null));
}
