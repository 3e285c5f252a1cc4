import type { VersionKnowledge } from '../drill.ts';

/** What is known of all drills that replace a missing disk by `btrfs replace`: 3.16 and 3.17 crash at its end. */
export const replaceMissingCrash: VersionKnowledge = {
  kernel: '>=3.16 <3.18',
  verdict: 'crashed',
  breaks: [],
  crashesIn: 'btrfs_kobj_rm_device',
  because: 'at the end of the replace the kernel removes the missing disk from /sys, where it never was. Kernels since 3.18 check first.',
  source:
    'introduced by kernel commit 49c6f736f34f (3.16); fixed by kernel commit 87fa3bb0786f "Btrfs: fix regression of btrfs device replace" (3.18); seen on 3.16.43 (test/recorded/kernel/kernel-3.16-replace-oops.dmesg.txt) and measured on 3.16.0',
};
