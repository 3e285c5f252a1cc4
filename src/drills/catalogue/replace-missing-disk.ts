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
  symptom: 'After a restart the array does not mount: a member is missing. `mount` says "No such file or directory" or "wrong fs type".',
  story: [
    'A disk dies in a running machine. Nothing complains: dm-crypt keeps the mapping, btrfs keeps counting errors, every write succeeds.',
    'After a restart the array does not mount. An administrator mounts it degraded, replaces the disk, sees "0 uncorr. read errs", a clean scrub and a healthy-looking array, and goes home.',
    'But what was written meanwhile is in chunks with a single copy on the old disk. When that disk dies, the data is lost.',
  ].join('\n\n'),
  wrongMoves: [
    'Don\'t trust the replace: "0 uncorr. read errs" means that the copy went well, not that everything written meanwhile has two copies.',
    "Don't trust the scrub: it checks what exists, and a single chunk exists.",
    "Don't leave `degraded` in fstab: the next boot mounts without a disk that is merely late, and writes data that only one disk has.",
  ],
  sources: [
    'btrfs-replace(8)',
    'btrfs-balance(8), section FILTERS',
    'measured: single chunks after a degraded mount (docs/measurements.md)',
  ],
  tags: ['missing', 'replace', 'balance'],
  layout: defaultLayout,
  layouts: ['raid1', 'raid1-unequal', 'raid1c3', 'raid10'],
  losesAny: true,
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
