import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { defaultLayout } from '../layout/layout.ts';
import { findLayoutMistakes } from '../layout/layout-mistakes.ts';
import { change, documentOf, wellHost } from './fixtures/host-facts.ts';
import type { HostWish, RawFact } from './fixtures/host-facts.ts';
import { layoutOfArray } from './facts-to-layout.ts';
import { findArrays } from './found-array.ts';

const gibibyte = 1024 ** 3;
const any = (): boolean => true;

function layoutOf(facts: readonly RawFact[]) {
  const [array] = findArrays(documentOf(facts));
  assert.ok(array !== undefined);
  return layoutOfArray(array);
}

test('a layout has the real sizes, profiles, encryption and options of the array', () => {
  const wishes: readonly (readonly [HostWish, Partial<typeof defaultLayout>])[] = [
    [{}, { profile: 'raid1', metadataProfile: null, encryption: 'luks2', sectorSize: 4096 }],
    [{ encryption: 'luks1' }, { encryption: 'luks1', sectorSize: null }],
    [{ encryption: 'none' }, { encryption: 'none', sectorSize: null, cipher: null }],
    [
      { members: 4, metadataProfile: 'raid1c3' },
      { profile: 'raid1', metadataProfile: 'raid1c3' },
    ],
    [{ members: 5, profile: 'raid10' }, { profile: 'raid10' }],
    [{ diskBytes: [gibibyte, 2 * gibibyte, 3 * gibibyte] }, { memberSizesBytes: [gibibyte, 2 * gibibyte, 3 * gibibyte] }],
  ];
  for (const [wish, expected] of wishes) {
    const { layout } = layoutOf(wellHost(wish));
    assert.deepEqual({ ...layout, ...expected }, layout, JSON.stringify(wish));
    assert.deepEqual(layout.mountOptions, ['noatime', 'compress=zstd:3']);
    assert.deepEqual(
      layout.subvolumes.map(({ name }) => name),
      ['subvolume-1'],
    );
    assert.deepEqual(findLayoutMistakes(layout), []);
  }
});

test('the lab has the mount point of the array, unless it is the root of a host, has a blank, or is only a stand-in', () => {
  const mountedOn = (at: string) => layoutOf(change(change(wellHost(), 'mount', any, { at }), 'fstab', any, { at }));
  const { layout, differs } = mountedOn('/srv/tank');
  assert.deepEqual([layout.mountPoint, layout.subvolumes[0]?.mountPoint], ['/srv/tank', '/srv/tank']);
  assert.doesNotMatch(differs.join(' '), /mounts it/u);
  for (const at of ['/', '/srv/my tank', 'mount-1', '/var/lib', '/etc/tank']) {
    const fallen = mountedOn(at);
    assert.deepEqual([fallen.layout.mountPoint, fallen.layout.subvolumes[0]?.mountPoint], ['/storage', '/storage']);
    assert.ok(fallen.differs.includes(`The lab mounts it on /storage, not on ${at}.`));
  }
});

test('members on partitions are on partitions in the lab, on disks that have room for a table', () => {
  const onPartitions = change(wellHost(), 'device', (fact) => fact.kind === 'disk', {
    kind: 'partition',
    sizeBytes: gibibyte - 2 * 1024 ** 2,
  });
  const { layout, differs } = layoutOf(onPartitions);
  assert.equal(layout.partitions, true);
  assert.deepEqual(layout.memberSizesBytes, [gibibyte, gibibyte]);
  assert.deepEqual(
    differs.filter((sentence) => sentence.includes('partition')),
    [],
  );
});

test('checksum and node size are options of mkfs', () => {
  const { layout } = layoutOf(change(wellHost(), 'filesystem', any, { checksum: 'xxhash64', nodeSize: 32768 }));
  assert.deepEqual(layout.mkfsOptions, ['--checksum', 'xxhash', '--nodesize', '32768']);
});

test('what a lab cannot have is named', () => {
  const of = (name: string) => (fact: RawFact) => fact.name === name;
  const cases: readonly (readonly [RegExp, readonly RawFact[]])[] = [
    [/partitions/u, change(wellHost(), 'device', of('sda'), { kind: 'partition' })],
    [/LVM/u, change(wellHost(), 'device', of('sda'), { kind: 'mapping', layer: 'LVM' })],
    [/several buses/u, change(wellHost(), 'device', of('sda'), { bus: 'usb' })],
    [/same kind of encryption/u, change(wellHost(), 'device', of('dm-1'), { layer: undefined, on: [] })],
    [/detached/u, change(wellHost(), 'device', of('sda'), { content: undefined, luks: undefined })],
    [/integrity/u, change(wellHost(), 'luks', any, { integrity: 'aead' })],
    [/discards/u, change(wellHost(), 'device', of('dm-0'), { discards: true })],
    [/raid0/u, change(wellHost(), 'chunks', (fact) => fact.type === 'data', { profile: 'raid0' })],
    [/mixed chunks/u, change(wellHost(), 'chunks', (fact) => fact.type === 'data', { type: 'mixed' })],
    [/missing/u, change(wellHost(), 'member', (fact) => fact.devid === 2, { device: undefined, missing: true })],
    [/zoned/u, change(wellHost(), 'filesystem', any, { features: ['zoned'] })],
    [/not on mount-1/u, wellHost()],
  ];
  for (const [sentence, facts] of cases) assert.match(layoutOf(facts).differs.join(' '), sentence);
});
