import { defaultLayout } from '../../core/layout/layout.ts';
import type { Drill } from '../drill.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { checkHalfOfTotal, checkUsableSpace, giveChunksBack } from '../steps/fill-steps.ts';
import { takeDiskOut } from '../steps/lose-disk-steps.ts';
import { replaceMissingCrash } from '../steps/replace-missing-crash.ts';
import { serveDegraded } from '../steps/degraded-steps.ts';
import { replaceAndConvert } from '../steps/replace-steps.ts';

const mebibyte = 1024 ** 2;

/** Tiny disks of different sizes: how much they hold together, and whether one of them can be replaced. */
export const tinyDisks: Drill = {
  name: 'tiny-disks',
  promise: 'An array of tiny, unequal disks has the predicted capacity, and a missing disk can be replaced.',
  symptom: 'A disk of a small array with unequal disks is missing.',
  story: [
    'Two small disks and a large one: how much fits on them? With two copies of everything, most people expect half of the total, and so does "Free (estimated)" in `btrfs filesystem usage` at first.',
    'But the copies of a chunk must be on different disks. The part of the large disk that exceeds all others together has no partner and stays empty: the capacity is the smaller of half the total and the total without the largest disk.',
    'The tools do not help. "Free (estimated)" divides what is left by the number of copies and is too high; `df` pairs the smallest disk with the next smallest, which the allocator does not do, and is too low. Only arithmetic, or allocating, gives the real value.',
    'On such small disks everything else is large: the LUKS header takes 16 MiB of each, and metadata and system chunks weigh. A replace and a balance still have to go through.',
    'They leave empty chunks behind, because each closes the chunk that it copies and opens another. If nothing is left unallocated on a disk, the next scrub, which closes chunks too, may find no room for metadata, and the filesystem goes read-only, although `df` shows it empty. A last balance frees the empty chunks.',
  ].join('\n\n'),
  wrongMoves: [
    "Don't divide the total by two: the largest disk counts for no more than the others together.",
    "Don't stop after the balance: with nothing unallocated on one of the small disks a scrub can stop the filesystem.",
    "Don't practise with disks of 128 MiB: mkfs refuses them behind a LUKS2 header.",
  ],
  sources: [
    'btrfs-filesystem(8), usage',
    'mkfs.btrfs(8), PROFILES',
    'fs/btrfs/super.c, btrfs_calc_avail_data_space()',
    'measured: kernel 6.12, 1 MiB unallocated on one disk: a scrub ended in "Transaction aborted (error -28)", btrfs_create_pending_block_groups(), in one run of three',
    'measured: predicted and real room of tiny disks (docs/measurements.md)',
  ],
  tags: ['space', 'size', 'missing', 'replace', 'balance'],
  layout: {
    ...defaultLayout,
    memberSizesBytes: [256 * mebibyte, 256 * mebibyte, 1024 * mebibyte],
    spareSizesBytes: [256 * mebibyte],
  },
  layouts: [],
  knowledge: [replaceMissingCrash],
  payloadBytes: 16 * mebibyte,
  steps: [buildArray, writePayload, checkUsableSpace, takeDiskOut, ...serveDegraded, ...replaceAndConvert, giveChunksBack],
  proof: 'full',
  twin: {
    instead: [checkHalfOfTotal],
    breaks: ['usable-space'],
    because: 'half of the total is not the capacity: the part of the large disk beyond the others has no partner.',
  },
};
