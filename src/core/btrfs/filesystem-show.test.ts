import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommand, testRecordings, testRefusals } from '../parsing/recordings.test.ts';
import type { Expectation } from '../parsing/recordings.test.ts';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { findFilesystem, isMissing, parseFilesystemShow } from './filesystem-show.ts';
import type { ShownFilesystem } from './filesystem-show.ts';

type Shown = readonly ShownFilesystem[];

const parse = parseFilesystemShow;
const mapping = (number: number): string => `/dev/mapper/crypt-btrfs${String(number)}`;

/** One filesystem with the devices given as `devid: device`, and nothing missing. */
function healthy(devices: Readonly<Record<number, string>>, label: string | null = 'storage'): Expectation<Shown> {
  return {
    parse,
    check: (shown) => {
      assert.equal(shown.length, 1);
      const filesystem = shown[0];
      assert.ok(filesystem !== undefined);
      assert.equal(filesystem.label, label);
      assert.equal(isMissing(filesystem), false);
      assert.equal(filesystem.totalDevices, filesystem.devices.length);
      assert.ok(filesystem.usedBytes > 0);
      const found = Object.fromEntries(filesystem.devices.map(({ devid, guestDevice }) => [devid, guestDevice]));
      assert.deepEqual(found, devices);
      assert.ok(filesystem.devices.every((device) => device.sizeBytes === 1_056_964_608 && device.usedBytes > 0));
      assert.equal(findFilesystem(shown, filesystem.uuid), filesystem);
    },
  };
}

/** Several filesystems: a list cut between two of them is not told from a shorter one, so the caller looks its filesystem up. */
function several(check: (shown: Shown) => void): Expectation<Shown> {
  return {
    parse,
    check: (shown) => {
      assert.equal(shown.length, 2);
      check(shown);
    },
    toleratedPrefix: (parsed, whole) => {
      assert.deepEqual(parsed, whole.slice(0, parsed.length));
      return true;
    },
  };
}

const twoOf = (a: number, b: number): Readonly<Record<number, string>> => ({ 1: mapping(a), 2: mapping(b) });

const expected: Readonly<Record<string, Expectation<Shown> | 'refused'>> = {
  'btrfs-filesystem-show-nothing': 'refused',
  'btrfs-filesystem-show-healthy-human': 'refused',
  'btrfs-filesystem-show-unmounted': healthy(twoOf(1, 2)),
  'btrfs-filesystem-show-healthy': healthy(twoOf(1, 2)),
  'btrfs-filesystem-show-pulled': healthy(twoOf(1, 2)),
  'btrfs-filesystem-show-replacing': healthy({ 0: mapping(3), ...twoOf(1, 2) }),
  'btrfs-filesystem-show-replaced': healthy(twoOf(3, 2)),
  'btrfs-filesystem-show-single-chunks': healthy(twoOf(3, 1)),
  'btrfs-filesystem-show-crashed-replacing': healthy({ 0: mapping(3), ...twoOf(1, 2) }),
  // The target of a suspended replace does not count as a device, present or not.
  'btrfs-filesystem-show-suspended-target-gone': healthy(twoOf(1, 2)),
  'btrfs-filesystem-show-missing': {
    parse,
    check: (shown) => {
      assert.equal(shown[0]?.someDevicesMissing, false);
      assert.equal(isMissing(shown[0]), true);
      assert.deepEqual(shown[0].devices[1], { devid: 2, sizeBytes: 0, usedBytes: 0, guestDevice: null, missing: true });
    },
  },
  'btrfs-filesystem-show-missing-unmounted': {
    parse,
    check: (shown) => {
      assert.equal(shown[0]?.someDevicesMissing, true);
      assert.equal(isMissing(shown[0]), true);
      assert.equal(shown[0].totalDevices, 2);
      assert.deepEqual(
        shown[0].devices.map(({ devid }) => devid),
        [1],
      );
    },
  },
  'btrfs-filesystem-show-plain-pulled': {
    parse,
    check: (shown) => {
      assert.equal(shown[0]?.label, null);
      assert.equal(isMissing(shown[0]), true);
      const pulled = shown[0].devices.filter(({ missing }) => missing);
      assert.equal(pulled.length, 1);
      assert.match(pulled[0]?.guestDevice ?? '', /DISK4$/);
    },
  },
  'btrfs-filesystem-show-several-unmounted': several((shown) => {
    assert.deepEqual(shown.map(({ label }) => label).sort(), ["it's a b", 'storage']);
    assert.ok(shown.every((filesystem) => filesystem.devices.length === 2 && !isMissing(filesystem)));
  }),
  'btrfs-filesystem-show-several-mounted': several((shown) => {
    assert.deepEqual(shown.map(({ label }) => label).sort(), ["it's a b", 'storage']);
    assert.ok(shown.every((filesystem) => !isMissing(filesystem)));
  }),
  'btrfs-filesystem-show-several-one-missing': several((shown) => {
    assert.deepEqual(
      shown.map((filesystem) => [filesystem.label, isMissing(filesystem)]),
      [
        ['storage', false],
        ["it's a b", true],
      ],
    );
  }),
  'btrfs-filesystem-show-raid1c3': healthy({ 1: mapping(1), 2: mapping(2), 3: mapping(3) }, null),
  'btrfs-filesystem-show-raid1c4': healthy({ 1: mapping(1), 2: mapping(2), 3: mapping(3), 4: mapping(4) }, null),
  'btrfs-filesystem-show-raid10': healthy({ 1: mapping(1), 2: mapping(2), 3: mapping(3), 4: mapping(4) }, null),
  'btrfs-filesystem-show-dup': healthy({ 1: mapping(1) }, null),
  'btrfs-filesystem-show-single': healthy(twoOf(1, 2), null),
  'btrfs-filesystem-show-raid0': healthy(twoOf(1, 2), null),
  'btrfs-filesystem-show-raid5': healthy({ 1: mapping(1), 2: mapping(2), 3: mapping(3) }, null),
  'btrfs-filesystem-show-raid6': healthy({ 1: mapping(1), 2: mapping(2), 3: mapping(3), 4: mapping(4) }, null),
  'btrfs-filesystem-show-mixed': healthy({ 1: mapping(1) }, null),
};

testRecordings('btrfs filesystem show', isCommand('btrfs', 'filesystem', 'show'), expected);
testRefusals(parse, ['btrfs-filesystem-show-nothing', 'btrfs-filesystem-show-healthy-human']);

test('a filesystem that lists fewer devices than it has, without saying so, is refused', () => {
  const head = "Label: 'storage'  uuid: ecfc3798-58b8-4c9e-aa97-930b97a2d193\n\tTotal devices 2 FS bytes used 1\n";
  assert.throws(() => parse(`${head}\tdevid    1 size 5 used 1 path /dev/mapper/a\n`), UnknownOutput);
  assert.throws(
    () => parse(`${head}\tdevid    1 size 5 used 1 path /dev/mapper/a\n\tdevid    1 size 5 used 1 path /dev/mapper/b\n`),
    UnknownOutput,
  );
});

test('one path for two devices that are both there is refused; a missing one may still have the name of another', () => {
  const head = "Label: 'storage'  uuid: ecfc3798-58b8-4c9e-aa97-930b97a2d193\n\tTotal devices 2 FS bytes used 1\n";
  const first = '\tdevid    1 size 5 used 1 path /dev/mapper/a\n';
  assert.throws(() => parse(`${head}${first}\tdevid    2 size 5 used 1 path /dev/mapper/a\n`), UnknownOutput);
  const [shown] = parse(`${head}${first}\tdevid    2 size 0 used 0 path /dev/mapper/a MISSING\n`);
  assert.ok(shown !== undefined && isMissing(shown));
});

test('a filesystem that is not among those shown is not found', () => {
  const shown = parse(
    'Label: none  uuid: ecfc3798-58b8-4c9e-aa97-930b97a2d193\n\tTotal devices 1 FS bytes used 1\n\tdevid    1 size 5 used 1 path /dev/a\n',
  );
  assert.equal(findFilesystem(shown, '00000000-0000-0000-0000-000000000000'), undefined);
});

test('only the target of a running replace may be listed again as missing, behind itself and once', () => {
  const head = "Label: 'storage'  uuid: 86360538-9c17-45d1-b168-a58fe35f395b\n\tTotal devices 3 FS bytes used 105136128\n";
  const target = '\tdevid    0 size 1056964608 used 1048576 path /dev/mapper/crypt-btrfs3\n';
  const member = '\tdevid    1 size 1056964608 used 1048576 path /dev/mapper/crypt-btrfs1\n';
  const again = '\tdevid    0 size 0 used 0 path  MISSING\n';
  const [shown] = parse(`${head}${target}${member}${again}`);
  assert.ok(shown !== undefined && !isMissing(shown));
  assert.equal(shown.totalDevices, 2);
  for (const refused of [
    `${target}${again}${again}`,
    `${again}${target}${member}`,
    `${target}${member}${again.replace('0 size', '1 size')}`,
  ]) {
    assert.throws(() => parse(`${head}${refused}`), UnknownOutput, refused);
  }
});
