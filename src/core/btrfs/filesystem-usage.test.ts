import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunkProfiles } from '../layout/profile.ts';
import type { Profile } from '../layout/profile.ts';
import { isCommand, recordings, testRecordings } from '../parsing/recordings.test.ts';
import type { Expectation } from '../parsing/recordings.test.ts';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseFilesystemUsage } from './filesystem-usage.ts';
import type { FilesystemUsage } from './filesystem-usage.ts';
import { chunksOutsideProfile, hasOnlyProfile, usageHasMissing } from './profile-judgement.ts';

const parse = parseFilesystemUsage;
const mapping = (number: number): string => `/dev/mapper/crypt-btrfs${String(number)}`;

/** All chunks of one profile, on these devices; null is a missing one. */
function only(profile: Profile, devices: readonly (string | null)[]): Expectation<FilesystemUsage> {
  return {
    parse,
    check: (usage, { name }) => {
      checkSums(usage);
      assert.ok(hasOnlyProfile(usage, chunkProfiles(profile)), name);
      assert.deepEqual(chunksOutsideProfile(usage, chunkProfiles(profile)), []);
      assert.equal(hasOnlyProfile(usage, chunkProfiles(profile === 'raid6' ? 'raid5' : 'raid6')), false);
      assert.deepEqual(usage.overall.multipleProfiles, []);
      assert.deepEqual(
        usage.unallocated.map(({ guestDevice }) => guestDevice),
        devices,
      );
    },
  };
}

function withMissing(expectation: Expectation<FilesystemUsage>, missing: boolean): Expectation<FilesystemUsage> {
  return {
    ...expectation,
    check: (usage, recording) => {
      expectation.check(usage, recording);
      assert.equal(usageHasMissing(usage), missing);
    },
  };
}

/** Chunks of the profiles named `type,profile`, in this order. */
function chunks(names: readonly string[], multiple: readonly string[] = []): Expectation<FilesystemUsage> {
  return {
    parse,
    check: (usage) => {
      checkSums(usage);
      assert.deepEqual(
        usage.blockGroups.map(({ type, profile }) => `${type},${profile}`),
        names,
      );
      assert.deepEqual(usage.overall.multipleProfiles, multiple);
    },
  };
}

/** Chunks that were made while degraded: on the one member that was there, of these types at least. Whether a system chunk is among them varies. */
function singleChunks(types: readonly string[]): Expectation<FilesystemUsage> {
  return {
    parse,
    check: (usage) => {
      checkSums(usage);
      assert.equal(hasOnlyProfile(usage, chunkProfiles('raid1')), false);
      const outside = chunksOutsideProfile(usage, chunkProfiles('raid1'));
      const found = outside.map(({ type }) => type);
      assert.deepEqual(found, usage.overall.multipleProfiles);
      for (const type of types) assert.ok(found.some((other) => other === type));
      for (const { profile, devices, sizeBytes } of outside) {
        assert.equal(profile, 'single');
        assert.deepEqual(devices, [{ guestDevice: mapping(3), sizeBytes }]);
      }
    },
  };
}

/** The tool's own numbers agree with each other in every recording. */
function checkSums({ overall, blockGroups, unallocated }: FilesystemUsage): void {
  const sum = (sizes: readonly { readonly sizeBytes: number }[]): number => sizes.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  assert.equal(sum(unallocated), overall.deviceUnallocatedBytes);
  assert.equal(sum(blockGroups.flatMap(({ devices }) => devices)), overall.deviceAllocatedBytes);
  assert.equal(overall.deviceAllocatedBytes + overall.deviceUnallocatedBytes, overall.deviceSizeBytes);
}

const usage = 'btrfs-filesystem-usage';
const four = [mapping(1), mapping(2), mapping(3), mapping(4)];
const plain = [3, 4].map((disk) => `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK${String(disk)}`);

const expected: Readonly<Record<string, Expectation<FilesystemUsage>>> = {
  [`${usage}-empty`]: withMissing(only('raid1', [mapping(1), mapping(2)]), false),
  [`${usage}-healthy`]: withMissing(only('raid1', [mapping(1), mapping(2)]), false),
  // dm-crypt hides that the disk is gone.
  [`${usage}-pulled`]: withMissing(only('raid1', [mapping(1), mapping(2)]), false),
  [`${usage}-replacing`]: withMissing(only('raid1', [mapping(3), mapping(1), mapping(2)]), false),
  [`${usage}-replaced`]: withMissing(only('raid1', [mapping(3), mapping(2)]), false),
  [`${usage}-missing`]: withMissing(only('raid1', [mapping(3), null]), true),
  [`${usage}-missing-written`]: withMissing(singleChunks(['data']), true),
  [`${usage}-single-chunks`]: withMissing(singleChunks(['data', 'metadata']), false),
  [`${usage}-after-soft-balance`]: withMissing(only('raid1', [mapping(3), mapping(1)]), false),
  [`${usage}-plain-pulled`]: withMissing(only('raid1', plain), true),
  [`${usage}-suspended-target-gone`]: withMissing(only('raid1', [mapping(1), mapping(2)]), false),
  [`${usage}-raid1c3`]: withMissing(only('raid1c3', four.slice(0, 3)), false),
  [`${usage}-raid1c4`]: withMissing(only('raid1c4', four), false),
  [`${usage}-raid10`]: withMissing(only('raid10', four), false),
  [`${usage}-dup`]: withMissing(only('dup', [mapping(1)]), false),
  [`${usage}-single`]: withMissing(only('single', [mapping(1), mapping(2)]), false),
  [`${usage}-raid0`]: chunks(['data,RAID0', 'metadata,RAID1', 'system,RAID1']),
  [`${usage}-raid5`]: chunks(['data,RAID5', 'metadata,RAID1', 'system,RAID1']),
  [`${usage}-raid6`]: chunks(['data,RAID6', 'metadata,RAID1C3', 'system,RAID1C3']),
  [`${usage}-mixed`]: withMissing(only('single', [mapping(1)]), false),
};

testRecordings('btrfs filesystem usage', isCommand('btrfs', 'filesystem', 'usage'), expected);

test('numbers that the tool printed are kept as they are', () => {
  const recording = recordings.find(({ suite, name }) => suite === 'trixie' && name === `${usage}-empty`);
  assert.ok(recording !== undefined);
  const { overall, blockGroups, unallocated } = parse(recording.stdout);
  assert.deepEqual(overall, {
    deviceSizeBytes: 2_113_929_216,
    deviceAllocatedBytes: 439_353_344,
    deviceUnallocatedBytes: 1_674_575_872,
    deviceMissingBytes: 0,
    deviceSlackBytes: 0,
    usedBytes: 294_912,
    freeEstimatedBytes: 942_931_968,
    freeMinimumBytes: 942_931_968,
    freeStatfsBytes: 941_883_392,
    dataRatio: 2,
    metadataRatio: 2,
    globalReserveBytes: 5_767_168,
    globalReserveUsedBytes: 0,
    multipleProfiles: [],
  });
  const both = (sizeBytes: number): unknown => [1, 2].map((number) => ({ guestDevice: mapping(number), sizeBytes }));
  assert.deepEqual(blockGroups[1], {
    type: 'metadata',
    profile: 'RAID1',
    sizeBytes: 105_644_032,
    usedBytes: 131_072,
    devices: both(105_644_032),
  });
  assert.deepEqual(unallocated, both(837_287_936));
});

test('an unknown profile is refused', () => {
  for (const { stdout } of recordings.filter(({ name }) => name === `${usage}-healthy`)) {
    assert.throws(() => parse(stdout.replace('Data,RAID1:', 'Data,RAID7:')), UnknownOutput);
    assert.throws(() => parse(stdout.replace('Data,RAID1:', 'Log,RAID1:')), UnknownOutput);
  }
});

test('sizes that are not plain bytes are refused', () => {
  for (const { stdout } of recordings.filter(({ name }) => name === `${usage}-healthy`)) {
    assert.throws(() => parse(stdout.replace(/Size:\d+,/, 'Size:308.75MiB,')), UnknownOutput);
  }
});

test('chunks of a profile without system chunks are not the whole profile', () => {
  for (const { stdout } of recordings.filter(({ name }) => name === `${usage}-healthy`)) {
    const whole = parse(stdout);
    assert.equal(
      hasOnlyProfile({ ...whole, blockGroups: whole.blockGroups.filter(({ type }) => type !== 'system') }, chunkProfiles('raid1')),
      false,
    );
    assert.equal(hasOnlyProfile({ ...whole, blockGroups: [] }, chunkProfiles('raid1')), false);
  }
});
