import { faultBlockBytes, maxCorruptedBytes, maxCorruptedRanges, maxFaultBlocks, placesOf } from './fault.ts';
import type { ByteRange, ErrorFault, Fault } from './fault.ts';
import { formatSize } from '../text/size.ts';
import { listFaultBlocks } from './fault-blocks.ts';

/** Says in a sentence why a disk of that size cannot have a fault; undefined when it can. */
export function judgeFault(fault: Fault, diskSizeBytes: number): string | undefined {
  switch (fault.kind) {
    case 'slow-disk': {
      const { requestsPerSecond, bytesPerSecond } = fault;
      if (requestsPerSecond === undefined && bytesPerSecond === undefined)
        return 'A slow disk needs a number of requests or bytes per second.';
      const wrong = [requestsPerSecond, bytesPerSecond].some((rate) => rate !== undefined && !isPositiveInteger(rate));
      return wrong ? 'A slow disk needs whole numbers from 1 on.' : undefined;
    }
    case 'header-wipe':
      return judgeRanges(placesOf(fault), diskSizeBytes);
    case 'silent-corruption':
      if (fault.at.length > maxCorruptedRanges) return `At most ${String(maxCorruptedRanges)} places are corrupted at once.`;
      if (fault.at.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0) > maxCorruptedBytes) {
        return `At most ${formatSize(maxCorruptedBytes)} is corrupted at once.`;
      }
      return judgeRanges(fault.at, diskSizeBytes);
    case 'read-errors':
    case 'write-errors':
    case 'all-errors':
      return judgeErrors(fault, diskSizeBytes);
  }
}

function judgeErrors({ at, everyNth }: ErrorFault, diskSizeBytes: number): string | undefined {
  if (everyNth !== undefined) {
    if (at !== undefined) return 'Errors are either at places or at every Nth request, not both.';
    return isPositiveInteger(everyNth) && everyNth <= maxFaultBlocks
      ? undefined
      : `Every Nth request is a whole number from 1 to ${String(maxFaultBlocks)}.`;
  }
  if (at === undefined) return undefined;
  const trouble = judgeRanges(at, diskSizeBytes);
  if (trouble !== undefined) return trouble;
  const blocks = listFaultBlocks(at).length;
  const limit = formatSize(maxFaultBlocks * faultBlockBytes);
  return blocks > maxFaultBlocks ? `Errors at named places cover at most ${limit}; leave the places out for the whole disk.` : undefined;
}

function judgeRanges(ranges: readonly ByteRange[], diskSizeBytes: number): string | undefined {
  if (ranges.length === 0) return 'No place on the disk is given.';
  for (const { offsetBytes, lengthBytes } of ranges) {
    const whole = Number.isSafeInteger(offsetBytes) && offsetBytes >= 0 && isPositiveInteger(lengthBytes);
    if (!whole) return `${String(lengthBytes)} bytes at ${String(offsetBytes)} is no place on a disk.`;
    if (offsetBytes + lengthBytes > diskSizeBytes) {
      return `${String(lengthBytes)} bytes at ${String(offsetBytes)} lie beyond the end of a disk of ${String(diskSizeBytes)} bytes.`;
    }
  }
  return undefined;
}

function isPositiveInteger(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
