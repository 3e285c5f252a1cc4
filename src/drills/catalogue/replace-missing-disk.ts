import { defaultLayout } from '../../core/layout/layout.ts';
import type { Drill } from '../drill.ts';
import { buildArray, startWriter, writePayload } from '../steps/build-steps.ts';
import { pullDisk, restartWithoutDisk } from '../steps/lose-disk-steps.ts';
import { replaceMissingCrash } from '../steps/replace-missing-crash.ts';
import { serveDegraded } from '../steps/degraded-steps.ts';
import { replaceAndConvert } from '../steps/replace-steps.ts';

/** The default drill. */
export const replaceMissingDisk: Drill = {
  name: 'replace-missing-disk',
  promise: 'A missing disk can be replaced, and the array then survives the loss of the other one.',
  story: [
    'A disk dies in a running machine. Nothing complains: dm-crypt keeps the mapping, btrfs keeps counting errors, every write succeeds.',
    'After a restart the array does not mount. An administrator mounts it degraded, replaces the disk, sees "0 uncorr. read errs", a clean scrub and a healthy-looking array, and goes home.',
    'But whatever was written meanwhile lies in chunks with a single copy on the old disk. When that one dies, so does the data.',
  ].join('\n\n'),
  wrongMoves: [
    'To believe the replace: "0 uncorr. read errs" says that the copy went well, not that what was written meanwhile has two copies.',
    'To believe the scrub: it checks what is there, and a single chunk is there.',
    'To leave `degraded` in fstab: the next boot mounts without the disk that is merely late, and writes what only one disk has.',
  ],
  sources: ['btrfs-replace(8)', 'btrfs-balance(8), section FILTERS', "measured: failures E1A, E1B, E2, E5 of the project's catalogue"],
  tags: ['missing', 'replace', 'balance'],
  layout: defaultLayout,
  layouts: ['raid1', 'raid1-unequal', 'raid1c3', 'raid10'],
  knowledge: [replaceMissingCrash],
  payloadBytes: 32 * 1024 ** 2,
  steps: [buildArray, writePayload, startWriter, pullDisk, restartWithoutDisk, ...serveDegraded, ...replaceAndConvert],
  proof: 'full',
  twin: {
    skipStep: 'soft-balance',
    breaks: ['profiles', 'leg-alone-*'],
    because: 'replace does not restore the profile: what was written while degraded stays in single chunks on the survivor.',
  },
};
