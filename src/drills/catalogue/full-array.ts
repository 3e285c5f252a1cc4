import { defaultLayout, equalSizes } from '../../core/layout.ts';
import type { Drill } from '../drill.ts';
import { buildArray, writePayload } from '../steps/build-steps.ts';
import { mountDegraded, openSurvivors } from '../steps/degraded-steps.ts';
import { checkUsableSpace, fillArray } from '../steps/fill-steps.ts';
import { takeDiskOut } from '../steps/lose-disk-steps.ts';
import { replaceDisk, softBalance, updateCrypttab } from '../steps/replace-steps.ts';

const diskBytes = 256 * 1024 ** 2;

/** A disk of a nearly full array is lost. */
export const fullArray: Drill = {
  name: 'full-array',
  promise: 'The missing disk of a nearly full array can be replaced, and the array is redundant again.',
  story: [
    'The array is as full as arrays are when somebody finally orders larger disks, and then a disk dies. The new one is as large as the old.',
    'A replace does not only copy. While it works, every chunk that it copies is closed for writing, and what is written meanwhile needs a chunk elsewhere; on a degraded array that is a chunk with a single copy, in the space that no chunk has yet. So does the balance afterwards. On a full array there is little of that space, and `df` does not show it: what counts is "Device unallocated" in `btrfs filesystem usage`.',
    'What must not happen is that the filesystem stops itself in the middle, read-only. It either goes through or is refused before anything has changed.',
  ].join('\n\n'),
  wrongMoves: [
    'To go by `df`: whether a balance has room to work is in "Device unallocated".',
    'To go on writing to the full array while it is degraded: every new chunk has one copy, and takes the room that its second copy will need.',
  ],
  sources: [
    'btrfs(5), FILESYSTEM LIMITS and ENOSPC',
    "measured: failure E18 of the project's catalogue",
    'btrfs-progs issues 362 and 870, which did not reproduce',
  ],
  tags: ['space', 'size', 'missing', 'replace', 'balance'],
  layout: { ...defaultLayout, memberSizesBytes: equalSizes(2, diskBytes), spareSizesBytes: equalSizes(1, diskBytes) },
  layouts: [],
  payloadBytes: 16 * 1024 ** 2,
  steps: [
    buildArray,
    writePayload,
    fillArray(0.7),
    checkUsableSpace,
    takeDiskOut,
    openSurvivors,
    mountDegraded,
    replaceDisk,
    updateCrypttab,
    softBalance,
  ],
  proof: 'full',
  twin: {
    skipStep: 'soft-balance',
    breaks: ['profiles'],
    because: 'What the replace has put into chunks with a single copy stays there until a balance converts it.',
  },
};
