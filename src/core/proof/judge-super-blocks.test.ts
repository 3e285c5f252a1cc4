import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SuperBlock } from '../btrfs/dump-super.ts';
import { judgeGenerations, judgeStaleRecognised } from './judge-super-blocks.ts';

function superBlock(number: number, generation: number, otherwise: Partial<SuperBlock> = {}): SuperBlock {
  const guestDevice = `/dev/mapper/crypt-btrfs${String(number)}`;
  return {
    guestDevice,
    generation,
    checksumMatches: true,
    fsid: 'f',
    label: 'storage',
    deviceCount: 2,
    deviceUuid: `uuid-${String(number)}`,
    devid: number,
    ...otherwise,
  };
}

const [old, survivor] = [superBlock(1, 9), superBlock(2, 14)];
const replacement = superBlock(3, 14, { devid: 1, deviceUuid: old.deviceUuid });

test('the disks that are behind must be the stale ones, and all of them', () => {
  const check = judgeStaleRecognised([old, survivor, replacement], [old.guestDevice]);
  assert.equal(check.outcome, 'held');
  assert.deepEqual(check.evidence, [
    '/dev/mapper/crypt-btrfs1: devid 1, generation 9, the same device UUID as /dev/mapper/crypt-btrfs3',
    '/dev/mapper/crypt-btrfs2: devid 2, generation 14',
    '/dev/mapper/crypt-btrfs3: devid 1, generation 14, the same device UUID as /dev/mapper/crypt-btrfs1',
  ]);
  const outcome = (...blocks: readonly SuperBlock[]): string => judgeStaleRecognised(blocks, [old.guestDevice]).outcome;
  assert.equal(outcome({ ...old, generation: 14 }, survivor), 'broken', 'nobody is behind');
  assert.equal(outcome({ ...old, generation: 15 }, survivor), 'broken', 'the other one is behind');
  assert.equal(outcome(old, survivor, { ...replacement, generation: 13 }), 'broken', 'two are behind');
  assert.equal(outcome(old, { ...survivor, fsid: 'another' }), 'broken', 'it belongs to another filesystem');
  assert.equal(outcome(old, { ...survivor, checksumMatches: false }), 'broken', 'what it says is damaged');
});

test('members that were written last by one transaction are alike; one that cannot be read is a finding', () => {
  const seen = (...blocks: readonly SuperBlock[]) =>
    blocks.map((each) => ({ guestDevice: each.guestDevice, superBlock: each, refusal: [] }));
  assert.equal(judgeGenerations(seen(survivor, replacement)).outcome, 'held');
  assert.equal(judgeGenerations(seen(old, survivor)).outcome, 'broken');
  assert.equal(judgeGenerations(seen(survivor, { ...replacement, checksumMatches: false })).outcome, 'broken');
  const unread = { guestDevice: '/dev/mapper/crypt-btrfs3', superBlock: null, refusal: ['dump-super: exit 1', 'cannot open'] };
  const check = judgeGenerations([...seen(survivor), unread]);
  assert.deepEqual([check.outcome, check.evidence.slice(1)], ['broken', unread.refusal]);
});
