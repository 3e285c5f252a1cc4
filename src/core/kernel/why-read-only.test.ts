import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findWhyReadOnly } from './why-read-only.ts';

// Linux 6.12.118.
const log = [
  '[   40.100000] BTRFS info (device dm-0): balance: start -d -m',
  '[   61.700000] BTRFS error (device dm-0): bdev /dev/mapper/crypt-btrfs1 errs: wr 1, rd 0, flush 0, corrupt 0, gen 0',
  '[   61.900000] BTRFS: error (device dm-0) in btrfs_commit_transaction:2523: errno=-5 IO failure (Error while writing out transaction)',
  '[   61.900000] BTRFS info (device dm-0 state E): forced readonly',
  '[   61.900000] BTRFS warning (device dm-0 state E): Skipping commit of aborted transaction.',
];

test('the error that ended the writing is the reason, not what came of it', () => {
  assert.match(findWhyReadOnly(log) ?? '', /errno=-5 IO failure/u);
  assert.equal(
    findWhyReadOnly(log.filter((line) => !line.includes('errno'))),
    'BTRFS warning (device dm-0 state E): Skipping commit of aborted transaction.',
  );
});

test('an array that is written, or was mounted read-only, has no reason', () => {
  assert.equal(findWhyReadOnly(log.slice(0, 2)), null);
});
