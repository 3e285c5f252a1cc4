import type { FilesystemUsage } from '../btrfs/filesystem-usage.ts';
import { formatSize } from '../text/size.ts';
import type { Check } from '../verdict/verdict.ts';

/** What btrfs keeps free at the beginning of every device, bytes. Source: BTRFS_DEVICE_RANGE_RESERVED in fs/btrfs/fs.h. */
const reservedBytes = 1024 ** 2;

/** To how much the prediction is to be true, bytes: a chunk of metadata as mkfs.btrfs makes it on disks of a few hundred MiB. */
export const predictionToleranceBytes = 32 * 1024 ** 2;

/** An attempt to allocate room for data. */
export interface Allocation {
  readonly sizeBytes: number;
  /** Whether the filesystem had the room. */
  readonly fits: boolean;
}

/** Predicts how much more data an array takes that holds `usableBytes` in all: less what data, metadata and system chunks have of it already; bytes. */
export function predictFreeBytes(usage: FilesystemUsage, usableBytes: number): number {
  const chunksOf = (type: string) => usage.blockGroups.filter((chunks) => chunks.type === type);
  const usedBytes = chunksOf('data').reduce((sum, chunks) => sum + chunks.usedBytes, 0);
  const overheadBytes = [...chunksOf('metadata'), ...chunksOf('system')].reduce((sum, chunks) => sum + chunks.sizeBytes, 0);
  return usableBytes - usedBytes - overheadBytes - reservedBytes * usage.unallocated.length;
}

/**
 * Judges whether data has the room that was predicted: an allocation of a little less must have fitted, one of a little more must not.
 * What the tools say of free space is reported beside it, and judged by nobody: on unequal disks each of them is wrong in its own way.
 */
export function judgeUsableSpace(predictedBytes: number, usage: FilesystemUsage, allocations: readonly Allocation[]): Check {
  const { freeStatfsBytes, freeEstimatedBytes } = usage.overall;
  const isAsPredicted = ({ sizeBytes, fits }: Allocation): boolean => fits === sizeBytes <= predictedBytes;
  const sides = new Set(allocations.map(({ sizeBytes }) => sizeBytes <= predictedBytes));
  return {
    name: 'usable-space',
    claim: `Data has the room that the sizes of the disks promise, to ${formatSize(predictionToleranceBytes)}`,
    outcome: sides.size === 2 && allocations.every(isAsPredicted) ? 'held' : 'broken',
    evidence: [
      `predicted: ${formatSize(predictedBytes)} more`,
      ...allocations.map(({ sizeBytes, fits }) => `${formatSize(sizeBytes)} more: ${fits ? 'there is room' : 'there is no room'}`),
      `df says ${formatSize(freeStatfsBytes)}, Free (estimated) says ${formatSize(freeEstimatedBytes)}`,
    ],
  };
}
