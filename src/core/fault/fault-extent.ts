import type { Fault } from './fault.ts';

/** Gives how many bytes of a disk a fault is about; null when it is all of it, as of a disk whose header is gone. */
export function faultExtentBytes(fault: Fault): number | null {
  if (fault.kind === 'slow-disk' || fault.kind === 'header-wipe' || fault.at === undefined) return null;
  return fault.at.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
}
