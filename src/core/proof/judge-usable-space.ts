import type { FilesystemUsage } from '../btrfs/filesystem-usage.ts';
import { predictUsableBytes } from '../layout.ts';
import type { ArrayLayout } from '../layout.ts';
import { formatSize } from '../size.ts';
import type { Check } from '../verdict.ts';

/** What btrfs keeps free at the beginning of every device, bytes. Source: BTRFS_DEVICE_RANGE_RESERVED in fs/btrfs/fs.h. */
const reservedBytes = 1024 ** 2;

/** The share of all devices that one chunk takes at most. Source: init_alloc_chunk_ctl_policy_regular() in fs/btrfs/volumes.c. */
const chunkShare = 0.1;

/**
 * Judges whether data gets the room that the layout's disks promise, to one chunk. What the filesystem has of it is what data uses
 * and what `df` says is free: the kernel finds that by laying out chunks on the devices as they are, while `Free (estimated)` only
 * divides what is left by the number of copies.
 */
export function judgeUsableSpace(usage: FilesystemUsage, layout: ArrayLayout): Check {
  const sizeOf = (type: 'metadata' | 'system'): number =>
    sum(
      usage.blockGroups.filter((chunks) => chunks.type === type),
      'sizeBytes',
    );
  const usedBytes = sum(
    usage.blockGroups.filter((chunks) => chunks.type === 'data'),
    'usedBytes',
  );
  const overheadBytes = sizeOf('metadata') + sizeOf('system') + reservedBytes * layout.memberSizesBytes.length;
  const predictedBytes = predictUsableBytes(layout) - overheadBytes;
  const seenBytes = usedBytes + usage.overall.freeStatfsBytes;
  const chunkBytes = usage.overall.deviceSizeBytes * chunkShare;
  return {
    name: 'usable-space',
    claim: 'Data has the room that was predicted from the sizes of the disks, to one chunk',
    outcome: Math.abs(seenBytes - predictedBytes) <= chunkBytes ? 'held' : 'broken',
    evidence: [
      `predicted ${formatSize(predictedBytes)}: ${formatSize(predictUsableBytes(layout))} less ${formatSize(overheadBytes)} for metadata, system and what is reserved`,
      `seen ${formatSize(seenBytes)}: ${formatSize(usedBytes)} used, ${formatSize(usage.overall.freeStatfsBytes)} free (statfs, df); a chunk takes up to ${formatSize(chunkBytes)}`,
    ],
  };
}

function sum<K extends 'sizeBytes' | 'usedBytes'>(chunks: readonly Readonly<Record<K, number>>[], key: K): number {
  return chunks.reduce((total, each) => total + each[key], 0);
}
