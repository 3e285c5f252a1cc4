import type { QmpEvents } from './qmp-protocol.ts';

/** strerror(3) of ENOSPC and EDQUOT; QEMU, like everything we start, runs with LC_ALL=C.UTF-8. */
const fullReasons: ReadonlySet<string> = new Set(['No space left on device', 'Disk quota exceeded']);

/**
 * Says whether reading or writing an image failed because the host's disk is full. `nospace` is told of disks that stop
 * the machine then; of those that report errors to the guest (ours) QEMU 10.0 tells only the reason.
 */
export function isHostDiskFull(event: QmpEvents['BLOCK_IO_ERROR']): boolean {
  return event.nospace === true || fullReasons.has(event.reason);
}
