import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RaidlabError } from '../failure/failure.ts';
import type { Failure } from '../failure/failure.ts';
import { buses, defaultLayout, describeLayout, encryptions, equalSizes } from './layout.ts';
import type { ArrayLayout } from './layout.ts';
import { checkLayout, warnOfLayout } from './layout-mistakes.ts';
import { chunkProfiles, lossesSurvived, metadataProfileOf, profileFacts, profiles } from './profile.ts';
import type { Profile } from './profile.ts';
import { checkPayloadFits, predictUsableBytes } from './usable-space.ts';

const mebibyte = 1024 ** 2;

function refusal(act: () => void): Failure | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof RaidlabError);
    return error.failure;
  }
}

test('each profile is refused with one disk too few, and taken with just enough', () => {
  const table: readonly (readonly [Profile, number, number])[] = [
    ['single', 1, 0],
    ['dup', 1, 0],
    ['raid1', 2, 1],
    ['raid10', 2, 1],
    ['raid1c3', 3, 2],
    ['raid1c4', 4, 3],
    ['raid5', 2, 1],
    ['raid6', 3, 2],
  ];
  assert.deepEqual(table.map(([profile]) => profile).sort(), [...profiles].sort());
  for (const [profile, members, losses] of table) {
    assert.equal(lossesSurvived(chunkProfiles(profile)), losses);
    assert.equal(
      refusal(() => {
        checkLayout({ ...defaultLayout, profile, memberSizesBytes: equalSizes(members) });
      }),
      undefined,
    );
    const failure = refusal(() => {
      checkLayout({ ...defaultLayout, profile, memberSizesBytes: equalSizes(members - 1) });
    });
    assert.ok(failure?.reason === 'bad-layout');
    assert.match(
      failure.message,
      new RegExp(`${profile} needs at least ${String(members)} disks; the layout has ${String(members - 1)}`, 'u'),
    );
    assert.match(failure.remedy, new RegExp(`--disks ${String(members)} or more`, 'u'));
  }
});

test('a disk is large enough from 256 MiB on', () => {
  assert.equal(
    refusal(() => {
      checkLayout({ ...defaultLayout, memberSizesBytes: equalSizes(2, 256 * mebibyte) });
    }),
    undefined,
  );
  const failure = refusal(() => {
    checkLayout({ ...defaultLayout, spareSizesBytes: [256 * mebibyte - 1] });
  });
  assert.ok(failure?.reason === 'bad-layout');
  assert.match(failure.message, /^Disks of 255 MiB are too small/u);
  assert.match(failure.remedy, /--disk-size 256MiB or more/u);
});

test('copies cost room: the default array holds what one disk behind its LUKS2 header holds', () => {
  assert.equal(predictUsableBytes(defaultLayout), 1008 * mebibyte);
  assert.equal(predictUsableBytes({ ...defaultLayout, profile: 'raid1c4', memberSizesBytes: equalSizes(4) }), 1008 * mebibyte);
  assert.equal(predictUsableBytes({ ...defaultLayout, profile: 'single', memberSizesBytes: equalSizes(3) }), 3 * 1008 * mebibyte);
});

test('a payload fits exactly up to half of what the array holds, in every layout', () => {
  const sizeBytes = fc.integer({ min: 256, max: 4096 }).map((size) => size * mebibyte);
  const layout: fc.Arbitrary<ArrayLayout> = fc.record({
    memberSizesBytes: fc.array(sizeBytes, { minLength: 4, maxLength: 8 }),
    spareSizesBytes: fc.array(sizeBytes, { maxLength: 2 }),
    profile: fc.constantFrom(...profiles),
    kdf: fc.constantFrom('fast', 'real'),
    encryption: fc.constantFrom(...encryptions),
    bus: fc.constantFrom(...buses),
    partitions: fc.boolean(),
    cipher: fc.constant(null),
    sectorSize: fc.constant(null),
    mkfsOptions: fc.constant([]),
    mountOptions: fc.constant([]),
    metadataProfile: fc.constant(null),
    label: fc.constant('storage'),
    mountPoint: fc.constant('/storage'),
    subvolumes: fc.constant([]),
    nodatacow: fc.constant([]),
    quota: fc.boolean(),
    snapshot: fc.boolean(),
  });
  fc.assert(
    fc.property(layout, (each) => {
      const usableBytes = predictUsableBytes(each);
      const half = Math.floor(usableBytes / 2);
      assert.equal(
        refusal(() => {
          checkPayloadFits(each, half);
        }),
        undefined,
      );
      const failure = refusal(() => {
        checkPayloadFits(each, half + 1);
      });
      assert.deepEqual(failure, { area: 'usage', reason: 'payload-too-large', payloadBytes: half + 1, usableBytes });
    }),
  );
});

function withDisks(mebibytes: number): Partial<ArrayLayout> {
  return { memberSizesBytes: equalSizes(2, mebibytes * mebibyte), spareSizesBytes: equalSizes(1, mebibytes * mebibyte) };
}

test('unequal disks hold what the smaller ones can be mirrored against', () => {
  const table: readonly (readonly [Profile, readonly number[], number])[] = [
    ['raid1', [1000, 1500, 2000], 2250],
    ['raid1', [1000, 1000, 4000], 2000],
    ['raid1c3', [1000, 1000, 4000], 1000],
    ['raid1c3', [1000, 1000, 1000, 4000], 1500],
    ['single', [1000, 2000], 3000],
    ['dup', [1000, 2000], 1500],
    // Three wide until the smallest is full, then two wide; what only one disk has is no room.
    ['raid5', [1000, 1000, 1000], 2000],
    ['raid5', [1000, 2000, 4000], 3000],
    ['raid6', [1000, 1000, 1000, 1000], 2000],
    ['raid6', [1000, 2000, 2000, 4000], 3000],
  ];
  for (const [profile, mebibytes, usable] of table) {
    const memberSizesBytes = mebibytes.map((size) => (size + 16) * mebibyte);
    assert.equal(predictUsableBytes({ ...defaultLayout, profile, memberSizesBytes }), usable * mebibyte, profile);
  }
});

test('a smaller header leaves more room, and none the whole disk', () => {
  assert.equal(predictUsableBytes({ ...defaultLayout, encryption: 'luks1' }), 1022 * mebibyte);
  assert.equal(predictUsableBytes({ ...defaultLayout, encryption: 'none' }), 1024 * mebibyte);
});

test('metadata has the profile of data, and beside parity one that survives as many losses', () => {
  for (const profile of profiles) {
    const metadata = metadataProfileOf(chunkProfiles(profile));
    assert.equal(profileFacts[metadata].lossesSurvived, lossesSurvived(chunkProfiles(profile)), profile);
    assert.equal(metadata === profile, !['raid5', 'raid6'].includes(profile));
    assert.equal(warnOfLayout({ ...defaultLayout, profile }).length, metadata === profile ? 0 : 1);
  }
});

test('a layout is told in a few words', () => {
  const table: readonly (readonly [Partial<ArrayLayout>, string])[] = [
    [{}, '2 × 1 GiB + 1 spare, LUKS2, raid1'],
    [{ spareSizesBytes: [] }, '2 × 1 GiB, LUKS2, raid1'],
    [{ spareSizesBytes: equalSizes(2), memberSizesBytes: equalSizes(3), profile: 'raid1c3' }, '3 × 1 GiB + 2 spares, LUKS2, raid1c3'],
    [{ profile: 'raid5', memberSizesBytes: equalSizes(3) }, '3 × 1 GiB + 1 spare, LUKS2, raid5 (metadata raid1)'],
    [
      { encryption: 'none', mountOptions: ['noatime', 'compress=zstd'] },
      '2 × 1 GiB + 1 spare, not encrypted, raid1, mount -o noatime,compress=zstd',
    ],
    [
      { cipher: 'serpent-xts-plain64', sectorSize: 512, kdf: 'real', mkfsOptions: ['--checksum', 'xxhash'] },
      '2 × 1 GiB + 1 spare, LUKS2 (serpent-xts-plain64, sectors of 512 bytes, real KDF), raid1, mkfs --checksum xxhash',
    ],
    [{ bus: 'nvme' }, '2 × 1 GiB + 1 spare, on nvme, LUKS2, raid1'],
    [{ encryption: 'luks1' }, '2 × 1 GiB + 1 spare, LUKS1, raid1'],
    [withDisks(512), '2 × 512 MiB + 1 spare, LUKS2, raid1'],
    [withDisks(1536), '2 × 1536 MiB + 1 spare, LUKS2, raid1'],
    [{ spareSizesBytes: equalSizes(1, 2048 * mebibyte) }, '2 × 1 GiB + 1 spare of 2 GiB, LUKS2, raid1'],
    [{ memberSizesBytes: [1024 * mebibyte, 1536 * mebibyte] }, '1 GiB, 1536 MiB + 1 spare of 1 GiB, LUKS2, raid1'],
  ];
  for (const [change, words] of table) assert.equal(describeLayout({ ...defaultLayout, ...change }), words);
});
