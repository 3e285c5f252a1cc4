import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeLostRootRace, lostRaceIssue } from './lost-race.ts';

/** Debian 13's dracut, in a boot that never came to its login. */
const lost = { end: null, stage: 'initramfs', said: 'dev-disk-by\\x2dlabel-root.devic… (294 s, no limit)' } as const;
const first = '[   16.504885] BTRFS: device label root devid 1 transid 14 /dev/dm-0 (254:0) scanned by (udev-worker) (339)';
const second = '[   16.512537] BTRFS: device label root devid 2 transid 14 /dev/dm-1 (254:1) scanned by (udev-worker) (337)';
const old = '[    9.100000] BTRFS: device label root devid 2 transid 16 /dev/dm-0 scanned by (udev-worker) (288)';

test('a root whose members came at once, and whose label is waited for, has lost the race', () => {
  const [sentence = ''] = describeLostRootRace(lost, ['Welcome', first, second], 2);
  assert.match(sentence, /all 2 members of the root, which came within 8 ms/u);
  assert.ok(sentence.includes(lostRaceIssue));
});

test('a missing member, a late one, another end and a root of one disk are something else', () => {
  assert.deepEqual(describeLostRootRace(lost, [first], 2), []);
  assert.deepEqual(describeLostRootRace(lost, [], 2), []);
  assert.deepEqual(describeLostRootRace(lost, [first, old], 2), []);
  assert.deepEqual(describeLostRootRace({ ...lost, end: 'login' }, [first, second], 2), []);
  assert.deepEqual(describeLostRootRace({ ...lost, stage: 'system' }, [first, second], 2), []);
  assert.deepEqual(describeLostRootRace({ ...lost, said: 'a passphrase (x)' }, [first, second], 2), []);
  assert.deepEqual(describeLostRootRace(lost, [first], 1), []);
});
