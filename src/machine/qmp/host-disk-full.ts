import type { QmpEvents } from './qmp-protocol.ts';

/** strerror(3) of ENOSPC and EDQUOT; QEMU, like everything we start, runs with LC_ALL=C.UTF-8. */
const fullReasons: ReadonlySet<string> = new Set(['No space left on device', 'Disk quota exceeded']);

/**
 * Tells whether reading or writing an image failed because the host's disk is full. `nospace` is reported for disks that pause the
 * machine then; for disks that report errors to the guest (ours) QEMU 10.0 gives only the reason.
 */
export function isHostDiskFull(event: QmpEvents['BLOCK_IO_ERROR']): boolean {
  return event.nospace === true || fullReasons.has(event.reason);
}
