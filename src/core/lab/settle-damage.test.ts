import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScrubRecord } from '../btrfs/scrub-record.ts';
import { describeDamageSince } from './describe-damage.ts';
import { rotted } from './fixtures/built-lab.ts';
import type { LabDamage } from './lab-state.ts';
import { looksDamaged, settleDamage } from './settle-damage.ts';

const rot: LabDamage = { ...rotted, label: 'luks a', lastScrubAtSeconds: 1000 };
const wiped: LabDamage = { ...rot, header: [{ offsetBytes: 0, lengthBytes: 4096 }], data: false };
const clean: ScrubRecord = {
  devid: 1,
  startedAtSeconds: 1001,
  isFinished: true,
  found: 0,
  corrected: 0,
  uncorrectable: 0,
  withoutChecksum: 0,
  isIncomplete: false,
};
const seen = (lastScrub: ScrubRecord | null, label: string | null = 'luks a') => ({ label, lastScrub });

test('rot is over when a later scrub has found nothing, or the disk was written anew', () => {
  assert.equal(settleDamage(rot, seen(clean)), null);
  assert.equal(settleDamage(rot, seen(null, 'luks b')), null);
});

const stays: readonly (readonly [string, LabDamage, ScrubRecord | null, RegExp])[] = [
  ['nobody has scrubbed', rot, null, /^not scrubbed since/u],
  ['the scrub was before', rot, { ...clean, startedAtSeconds: 1000 }, /^not scrubbed/u],
  ['the scrub was before, by the clock', { ...rotted, at: '2026-11-25T17:00:00.000Z' }, clean, /^not scrubbed/u],
  ['the scrub did not come to its end', rot, { ...clean, isFinished: false }, /^not scrubbed/u],
  [
    'the scrub says that it corrected what it found, as a read-only one does',
    rot,
    { ...clean, found: 64, corrected: 64 },
    /^a scrub says it corrected/u,
  ],
  ['the scrub could not correct', rot, { ...clean, found: 64, corrected: 60, uncorrectable: 4 }, /did not correct/u],
  ['a read-only scrub corrected nothing', rot, { ...clean, found: 64 }, /did not correct/u],
  ['memory was short', rot, { ...clean, isIncomplete: true }, /did not correct/u],
  ['there is data without checksums', rot, { ...clean, withoutChecksum: 1 }, /except data without checksums/u],
];
for (const [what, damage, scrub, since] of stays) {
  test(`rot stays known when ${what}`, () => {
    const left = settleDamage(damage, seen(scrub));
    assert.match(left === null ? 'forgotten' : describeDamageSince(left), since);
  });
}

test('where nobody knows which scrub was the last before, the clock tells', () => {
  const unknown = { ...rotted, at: '1970-01-01T00:16:41.000Z' };
  assert.equal(settleDamage(unknown, seen(clean)), null);
});

test('what a scrub left open stays said until another one looks', () => {
  const open = settleDamage(rot, seen({ ...clean, withoutChecksum: 1 }));
  assert.equal(open && settleDamage(open, seen({ ...clean, isFinished: false }))?.open, 'unchecked');
});

test('a header that was wiped is mended when it is restored, and no scrub mends it', () => {
  assert.deepEqual(settleDamage(wiped, seen(clean, null)), wiped);
  assert.equal(settleDamage({ ...wiped, header: [] }, seen(null)), null);
  assert.deepEqual(settleDamage({ ...wiped, header: [], data: true }, seen(null)), { ...wiped, header: [], data: true });
});

test('a blank disk that got a label may still be damaged behind it', () => {
  const unlabelled: LabDamage = { ...rotted, lastScrubAtSeconds: 1000 };
  assert.deepEqual(settleDamage(unlabelled, seen(null, 'luks b')), unlabelled);
});

test('bytes of a header are as damage leaves them when they are all zeroes, or what corrupted bytes become', () => {
  for (const byte of [0, 0x5a, 0xa5]) assert.ok(looksDamaged(new Uint8Array(16).fill(byte)));
  assert.ok(!looksDamaged(new Uint8Array([0x4c, 0x55])));
  assert.ok(!looksDamaged(new Uint8Array([0, 0x5a])));
});
