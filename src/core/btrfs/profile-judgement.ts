import { metadataProfileOf } from '../layout/profile.ts';
import type { ChunkProfiles, Profile } from '../layout/profile.ts';
import type { BlockGroupType, BlockGroupUsage, FilesystemUsage } from './filesystem-usage.ts';

/**
 * The chunks that do not have the profile, metadata and system chunks the one that goes with it: what a soft balance would have to convert.
 * Each entry says type, profile, sizes and the devices that hold it.
 */
export function chunksOutsideProfile(usage: FilesystemUsage, profiles: ChunkProfiles): readonly BlockGroupUsage[] {
  return usage.blockGroups.filter((blockGroup) => !hasProfile(blockGroup, profiles));
}

/** Whether chunks of one type and profile have the profile that their type is to have. */
export function hasProfile({ type, profile }: BlockGroupUsage, profiles: ChunkProfiles): boolean {
  return profile.toLowerCase() === profileOfType(type, profiles);
}

/** The profile that chunks of one type are to have. */
export function profileOfType(type: BlockGroupType, profiles: ChunkProfiles): Profile {
  return type === 'data' ? profiles.profile : metadataProfileOf(profiles);
}

/** Whether data, metadata and system chunks are there and all have the profile. Says nothing of devices that are missing. */
export function hasOnlyProfile(usage: FilesystemUsage, profiles: ChunkProfiles): boolean {
  const has = (wanted: BlockGroupType): boolean => usage.blockGroups.some(({ type }) => type === wanted);
  const allTypes = has('system') && (has('data+metadata') || (has('data') && has('metadata')));
  return allTypes && usage.overall.multipleProfiles.length === 0 && chunksOutsideProfile(usage, profiles).length === 0;
}

/** Whether the tool counts the bytes of a missing device, or lists one. A disk pulled under dm-crypt is not missing to it. */
export function usageHasMissing(usage: FilesystemUsage): boolean {
  const lists = [usage.unallocated, ...usage.blockGroups.map(({ devices }) => devices)];
  return usage.overall.deviceMissingBytes > 0 || lists.some((devices) => devices.some(({ guestDevice }) => guestDevice === null));
}
