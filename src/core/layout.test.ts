import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RaidlabError } from './failure.ts';
import type { Failure } from './failure.ts';
import { checkLayout, checkPayloadFits, defaultLayout, describeLayout, lossesSurvived, predictUsableBytes, profiles } from './layout.ts';
import type { ArrayLayout, Profile } from './layout.ts';

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
  ];
  assert.deepEqual(table.map(([profile]) => profile).sort(), [...profiles].sort());
  for (const [profile, members, losses] of table) {
    assert.equal(lossesSurvived(profile), losses);
    assert.equal(
      refusal(() => {
        checkLayout({ ...defaultLayout, profile, members });
      }),
      undefined,
    );
    const failure = refusal(() => {
      checkLayout({ ...defaultLayout, profile, members: members - 1 });
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
      checkLayout({ ...defaultLayout, diskSizeBytes: 256 * mebibyte });
    }),
    undefined,
  );
  const failure = refusal(() => {
    checkLayout({ ...defaultLayout, diskSizeBytes: 256 * mebibyte - 1 });
  });
  assert.ok(failure?.reason === 'bad-layout');
  assert.match(failure.message, /^Disks of 255 MiB are too small/u);
  assert.match(failure.remedy, /--disk-size 256MiB or more/u);
});

test('copies cost room: the default array holds what one disk behind its LUKS2 header holds', () => {
  assert.equal(predictUsableBytes(defaultLayout), 1008 * mebibyte);
  assert.equal(predictUsableBytes({ ...defaultLayout, profile: 'raid1c4', members: 4 }), 1008 * mebibyte);
  assert.equal(predictUsableBytes({ ...defaultLayout, profile: 'single', members: 3 }), 3 * 1008 * mebibyte);
});

test('a payload fits exactly up to half of what the array holds, in every layout', () => {
  const layout: fc.Arbitrary<ArrayLayout> = fc.record({
    members: fc.integer({ min: 4, max: 8 }),
    spares: fc.nat({ max: 2 }),
    diskSizeBytes: fc.integer({ min: 256, max: 4096 }).map((size) => size * mebibyte),
    profile: fc.constantFrom(...profiles),
    kdf: fc.constantFrom('fast', 'real'),
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

test('a layout is told in a few words', () => {
  const table: readonly (readonly [Partial<ArrayLayout>, string])[] = [
    [{}, '2 × 1 GiB + 1 spare, LUKS2, raid1'],
    [{ spares: 0 }, '2 × 1 GiB, LUKS2, raid1'],
    [{ spares: 2, members: 3, profile: 'raid1c3' }, '3 × 1 GiB + 2 spares, LUKS2, raid1c3'],
    [{ diskSizeBytes: 512 * mebibyte }, '2 × 512 MiB + 1 spare, LUKS2, raid1'],
    [{ diskSizeBytes: 1536 * mebibyte }, '2 × 1536 MiB + 1 spare, LUKS2, raid1'],
  ];
  for (const [change, words] of table) assert.equal(describeLayout({ ...defaultLayout, ...change }), words);
});
