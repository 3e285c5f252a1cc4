import type { FilesystemUsage } from '../btrfs/filesystem-usage.ts';
import { formatSize } from '../text/size.ts';
import type { Check } from '../verdict/verdict.ts';

/** What btrfs keeps free at the beginning of every device, bytes. Source: BTRFS_DEVICE_RANGE_RESERVED in fs/btrfs/fs.h. */
const reservedBytes = 1024 ** 2;

/** The tolerance of the prediction, bytes: a metadata chunk as mkfs.btrfs makes it on disks of a few hundred MiB. */
export const predictionToleranceBytes = 32 * 1024 ** 2;

/** An attempt to allocate space for data. */
export interface Allocation {
  readonly sizeBytes: number;
  /** Whether the filesystem had the space. */
  readonly fits: boolean;
}

/** Predicts how much more data fits into an array with `usableBytes` in all: less what data, metadata and system chunks use already; bytes. */
export function predictFreeBytes(usage: FilesystemUsage, usableBytes: number): number {
  const chunksOf = (type: string) => usage.blockGroups.filter((chunks) => chunks.type === type);
  const usedBytes = chunksOf('data').reduce((sum, chunks) => sum + chunks.usedBytes, 0);
  const overheadBytes = [...chunksOf('metadata'), ...chunksOf('system')].reduce((sum, chunks) => sum + chunks.sizeBytes, 0);
  return usableBytes - usedBytes - overheadBytes - reservedBytes * usage.unallocated.length;
}

/**
 * Judges whether data has the predicted space: an allocation of a little less must fit, one of a little more must not. The tools' figures
 * for free space are shown but not judged: on unequal disks each is wrong in its own way.
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
