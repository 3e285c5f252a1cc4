import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLayoutMistakes } from '../../layout/layout-mistakes.ts';
import { checkPayloadFits } from '../../layout/usable-space.ts';
import { change, documentOf, wellHost } from '../fixtures/host-facts.ts';
import type { HostWish, RawFact } from '../fixtures/host-facts.ts';
import { findArrays } from '../found-array.ts';
import type { FoundArray } from '../found-array.ts';
import { rehearseArray } from './rehearsed-array.ts';
import { whyNotRehearse } from './why-not-rehearse.ts';

const gibibyte = 1024 ** 3;

function arrayOf(facts: readonly RawFact[]): FoundArray {
  const [array] = findArrays(documentOf(facts));
  assert.ok(array !== undefined);
  return array;
}

const ofDevid = (devid: number) => (fact: RawFact) => fact.devid === devid;
const named = (name: string) => (fact: RawFact) => fact.name === name;
const any = (): boolean => true;
const missing = change(change(wellHost(), 'member', ofDevid(1), { device: undefined, missing: true }), 'device', named('dm-0'), null);

test('the lab has the array in small: sizes, profiles, encryption, fill', () => {
  const wishes: readonly (readonly [HostWish, readonly number[], number])[] = [
    [{}, [gibibyte, gibibyte], 0.24],
    [{ diskBytes: [4000 * gibibyte, 8000 * gibibyte, 4000 * gibibyte] }, [gibibyte, 2 * gibibyte, gibibyte], 0.24],
    [{ members: 4, profile: 'raid1c3' }, Array.from({ length: 4 }, () => 2 * gibibyte), 0.24],
    [{ members: 5, profile: 'raid10', encryption: 'luks1', usedShare: 0.05 }, Array.from({ length: 5 }, () => gibibyte), 0.04],
    [{ members: 3, metadataProfile: 'raid1c3' }, Array.from({ length: 3 }, () => 2 * gibibyte), 0.24],
  ];
  for (const [wish, sizes, share] of wishes) {
    const array = arrayOf(wellHost(wish));
    assert.equal(whyNotRehearse(array), null, JSON.stringify(wish));
    const { layout, losable, filledShare, payloadBytes } = rehearseArray(array);
    assert.deepEqual(layout.memberSizesBytes, sizes);
    assert.deepEqual(layout.spareSizesBytes, [Math.max(...sizes)]);
    assert.equal(layout.profile, wish.profile ?? 'raid1');
    assert.equal(layout.encryption, wish.encryption ?? 'luks2');
    assert.ok(Math.abs(filledShare - share) < 0.02, String(filledShare));
    assert.deepEqual(
      losable.map(({ devid }) => devid),
      sizes.map((_, index) => index + 1),
    );
    assert.deepEqual(findLayoutMistakes(layout), []);
    checkPayloadFits(layout, payloadBytes);
  }
});

test('a member that is missing is the one that is lost, and the lab begins with it', () => {
  const array = arrayOf(missing);
  assert.equal(whyNotRehearse(array), null);
  const { layout, losable } = rehearseArray(array);
  assert.deepEqual(layout.memberSizesBytes, [gibibyte, gibibyte]);
  assert.equal(layout.encryption, 'luks2');
  assert.deepEqual(
    losable.map(({ devid }) => devid),
    [1],
  );
});

test('members on partitions are on partitions in the lab, too', () => {
  const parts = ['sda', 'sdb'].reduce((facts, name) => change(facts, 'device', named(name), { kind: 'partition' }), wellHost());
  const { layout } = rehearseArray(arrayOf(parts));
  assert.ok(layout.partitions);
  assert.deepEqual(layout.memberSizesBytes, [gibibyte, gibibyte]);
});

test('chunks of other profiles are in the lab, too, as they come about', () => {
  const stray = (type: string, profile: string, device = 'dm-0'): readonly RawFact[] => [
    { is: 'chunks', filesystem: 'uuid-1', sizeBytes: gibibyte, usedBytes: gibibyte, type, profile },
    { is: 'placed', filesystem: 'uuid-1', type, profile, device, sizeBytes: gibibyte },
  ];
  const straysOf = (facts: readonly RawFact[]) => rehearseArray(arrayOf(facts)).strays;
  assert.equal(straysOf(wellHost()), null);
  assert.deepEqual(straysOf([...wellHost(), ...stray('data', 'single'), ...stray('metadata', 'dup')]), {
    chunks: [
      { type: 'data', profile: 'single' },
      { type: 'metadata', profile: 'dup' },
    ],
    from: { kind: 'degraded', holder: 1 },
  });
  assert.deepEqual(straysOf([...wellHost(), ...stray('system', 'single', 'dm-1')])?.from, { kind: 'degraded', holder: 2 });
  assert.deepEqual(straysOf([...wellHost({ members: 3, profile: 'raid1c3' }), ...stray('data', 'single', 'dm-2')])?.from, {
    kind: 'degraded',
    holder: 3,
  });
  // With a member to spare new chunks have their profile, and others do not come from a missing disk.
  for (const facts of [
    [...wellHost({ members: 3 }), ...stray('data', 'single')],
    [...wellHost({ members: 4, profile: 'raid10' }), ...stray('data', 'raid1')],
    [...wellHost(), ...stray('data', 'raid0')],
  ])
    assert.deepEqual(straysOf(facts)?.from, { kind: 'conversion' });
  const { strays, differs } = rehearseArray(arrayOf([...missing, ...stray('data', 'single', 'dm-1')]));
  assert.equal(strays, null);
  assert.match(differs.join(' '), /chunks of other profiles \(data single\); the lab begins without/u);
});

test('what the lab has otherwise is told', () => {
  const cases: readonly (readonly [RegExp, readonly RawFact[]])[] = [
    [/1000 times as large/u, wellHost()],
    [/90 % of its room/u, change(wellHost(), 'chunks', (fact) => fact.type === 'data', { usedBytes: 900 * gibibyte })],
    [/unfinished \(balance paused\)/u, change(wellHost(), 'filesystem', any, { working: 'balance-paused' })],
    [/slow to derive/u, change(wellHost(), 'luks', any, { kdf: 'argon2id' })],
  ];
  for (const [sentence, facts] of cases) assert.match(rehearseArray(arrayOf(facts)).differs.join(' '), sentence);
});

test('what cannot be rehearsed is said why', () => {
  const cases: readonly (readonly [RegExp, readonly RawFact[]])[] = [
    [/not encrypted/u, wellHost({ encryption: 'none' })],
    [/room for 15/u, wellHost({ members: 16 })],
    [/one disk/u, wellHost({ members: 1 })],
    [/Nothing of its data survives/u, change(wellHost(), 'chunks', (fact) => fact.type === 'data', { profile: 'single' })],
    [/Nothing of its metadata survives/u, change(wellHost(), 'chunks', (fact) => fact.type === 'metadata', { profile: 'dup' })],
    [/profiles could not be seen/u, change(wellHost(), 'chunks', any, null)],
    [/root filesystem/u, change(wellHost(), 'mount', any, { at: '/', isRoot: true })],
    [/detached/u, change(wellHost(), 'device', named('sda'), { content: undefined })],
    [/others are not/u, change(wellHost(), 'device', named('dm-1'), { layer: undefined, on: [] })],
    [/different versions/u, change(wellHost(), 'luks', (fact) => fact.device === 'sda', { version: 1 })],
    [/members are missing/u, change(wellHost({ members: 3 }), 'member', (fact) => fact.devid !== 3, { device: undefined, missing: true })],
    [/which devid/u, change(change(wellHost(), 'member', any, null), 'super', any, null)],
  ];
  for (const [sentence, facts] of cases) assert.match(whyNotRehearse(arrayOf(facts)) ?? 'it can', sentence);
});
