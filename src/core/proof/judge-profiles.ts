import type { BlockGroupUsage, FilesystemUsage } from '../btrfs/filesystem-usage.ts';
import { chunksOutsideProfile, hasOnlyProfile, usageHasMissing } from '../btrfs/profile-judgement.ts';
import { metadataProfileOf } from '../layout/profile.ts';
import type { ChunkProfiles } from '../layout/profile.ts';
import { formatSize } from '../text/size.ts';
import type { Check } from '../verdict/verdict.ts';

/** Judges whether data, metadata and system chunks have exactly the profile, on members that are all there. */
export function judgeProfiles(usage: FilesystemUsage, profiles: ChunkProfiles): Check {
  const outside = chunksOutsideProfile(usage, profiles);
  const missing = usageHasMissing(usage);
  const evidence = [
    ...outside.map((chunks) => `${describeChunks(chunks)}${hasCopies(chunks) ? '' : ': a single copy'}`),
    ...(missing ? ['a device is missing'] : []),
    ...absentTypes(usage).map((type) => `there are no ${type} chunks`),
    ...(outside.length === 0 ? usage.blockGroups.map(describeChunks) : []),
  ];
  return {
    name: 'profiles',
    claim: `Every ${describeWanted(profiles)}, and no device is missing`,
    outcome: hasOnlyProfile(usage, profiles) && !missing ? 'held' : 'broken',
    evidence,
  };
}

function describeWanted(profiles: ChunkProfiles): string {
  const { profile } = profiles;
  const metadata = metadataProfileOf(profiles);
  return metadata === profile
    ? `data, metadata and system chunk is ${profile}`
    : `data chunk is ${profile}, every metadata and system chunk ${metadata}`;
}

/** Formats chunks of one type and profile as a line: `data, single: 112.0 MiB (8.1 MiB used) on /dev/mapper/crypt-btrfs2`. */
export function describeChunks(chunks: BlockGroupUsage): string {
  const devices = chunks.devices.map((device) => device.guestDevice ?? 'missing').join(', ');
  return `${chunks.type}, ${chunks.profile}: ${formatSize(chunks.sizeBytes)} (${formatSize(chunks.usedBytes)} used) on ${devices}`;
}

/** The types of chunks that every filesystem has and this one lacks; one made with `--mixed` has data and metadata together. */
function absentTypes(usage: FilesystemUsage): readonly string[] {
  const types = usage.blockGroups.map((chunks) => chunks.type);
  const wanted = types.includes('data+metadata') ? (['system'] as const) : (['data', 'metadata', 'system'] as const);
  return wanted.filter((type) => !types.includes(type));
}

function hasCopies(chunks: BlockGroupUsage): boolean {
  return chunks.profile !== 'single' && chunks.profile !== 'RAID0';
}
