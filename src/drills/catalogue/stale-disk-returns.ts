import { defaultLayout } from '../../core/layout/layout.ts';
import type { Drill } from '../drill.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { diskReturns, mendStaleMember, startStorage } from '../steps/disk-returns-steps.ts';
import { takeDiskOut } from '../steps/lose-disk-steps.ts';
import { serveDegraded } from '../steps/degraded-steps.ts';

/** A member that missed writes comes back as it left. */
export const staleDiskReturns: Drill = {
  name: 'stale-disk-returns',
  promise: 'A disk that was away while the array was written is brought up to date, and then it serves every file alone.',
  symptom: 'A disk was away while the array was written. Now it is back, and the array mounts normally.',
  story: [
    'A cable was loose. The machine came up without one disk, somebody mounted the array degraded, and work went on. At the next boot the disk is there again.',
    'The array mounts as if nothing had happened, without an option and without a warning, and every file reads right. It is tempting to leave it at that: the disk is back, and the array has all its members.',
    'But what was written meanwhile is on the other disks only. Files read right because every block from the stale disk is compared with its checksum, and read from the other copy if it does not match. What nobody reads is not repaired: if the other disk dies first, only the stale one is left.',
    'So the scrub comes first, at once: it reads both copies of everything and rewrites the stale ones. Then the soft balance, for whatever was written with a single copy while the disk was away; then the error counters, which have counted all of this, are reset so that the next error shows.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't assume that reading every file repairs everything: each block is read from one copy, and the other may be stale.",
    "Don't start with the balance: it converts chunks with one copy, and leaves stale copies of the others as they are.",
    "Don't ignore the counters after the scrub: they keep showing the old errors, which hide the next real one.",
    "Don't zero the counters and restart at once: if nothing is written after the reset, the zeros are not either, and the old numbers return (kernel 6.12).",
    "Don't do this with files without checksums (nodatacow, nodatasum): see the drill `stale-nodatacow-files`.",
  ],
  sources: [
    'btrfs-scrub(8)',
    'btrfs-balance(8), section FILTERS',
    'btrfs-device(8), stats -z',
    'measured: what the scrub corrects on a stale disk (docs/measurements.md)',
    'measured, kernel 6.12.118: counters that were set to zero are the old ones again after a restart',
  ],
  tags: ['missing', 'stale', 'scrub', 'balance'],
  layout: defaultLayout,
  layouts: ['raid1', 'raid1-unequal', 'raid1c3', 'raid10'],
  payloadBytes: 16 * 1024 ** 2,
  steps: [buildArray, writePayload, takeDiskOut, ...serveDegraded, diskReturns, startStorage, ...mendStaleMember],
  proof: 'full',
  twin: {
    skipStep: 'scrub',
    breaks: ['scrub', 'leg-alone-DISK1'],
    because: 'without the scrub the disk that was away keeps its stale copies, and nobody notices until it is the only one left.',
  },
};
