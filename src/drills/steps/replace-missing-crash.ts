import type { VersionKnowledge } from '../drill.ts';

/** What is known of every drill that replaces a missing disk by `btrfs replace`: 3.16 and 3.17 crash at its end. */
export const replaceMissingCrash: VersionKnowledge = {
  kernel: '>=3.16 <3.18',
  verdict: 'crashed',
  breaks: [],
  crashesIn: 'btrfs_kobj_rm_device',
  because: 'at the end of the replace the kernel takes the missing disk out of /sys, where it never was. Kernels from 3.18 on look first.',
  source:
    'kernel commit 49c6f736f34f (3.16), which brought it; 87fa3bb0786f "Btrfs: fix regression of btrfs device replace", in 3.18; the transcript of a 3.16.43, and measured on 3.16.0',
};
