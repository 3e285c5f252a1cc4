import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommand, recordings, testRecordings } from '../parsing/recordings.test.ts';
import type { Expectation } from '../parsing/recordings.test.ts';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { describeCounters, nonZeroCounters, parseDeviceStats } from './device-stats.ts';
import type { DeviceCounter, DeviceStats } from './device-stats.ts';

type Stats = readonly DeviceStats[];

const mapping = (number: number): string => `/dev/mapper/crypt-btrfs${String(number)}`;

/** Statistics of the devices in this order, of which only those in `failing` have counters that are not zero. */
function devices(names: readonly string[], failing: Readonly<Record<string, readonly string[]>> = {}): Expectation<Stats> {
  return {
    parse: (text) => parseDeviceStats(text, names.length),
    check: (stats) => {
      assert.deepEqual(
        stats.map(({ guestDevice, missingDevid }) => guestDevice ?? `devid:${String(missingDevid)}`),
        names,
      );
      const found: Record<string, string[]> = {};
      for (const { device, counter, value } of nonZeroCounters(stats)) {
        assert.ok(value > 0);
        (found[device] ??= []).push(counter);
      }
      assert.deepEqual(found, failing);
    },
  };
}

const pulled = { [mapping(1)]: ['write_io_errs', 'flush_io_errs'] };
const pulledAndRead = { [mapping(1)]: ['write_io_errs', 'read_io_errs', 'flush_io_errs'] };
const plainPulled = '/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK4';

const expected: Readonly<Record<string, Expectation<Stats>>> = {
  'btrfs-device-stats-healthy': devices([mapping(1), mapping(2)]),
  'btrfs-device-stats-pulled': devices([mapping(1), mapping(2)], pulled),
  'btrfs-device-stats-check-pulled': devices([mapping(1), mapping(2)], pulled),
  'btrfs-device-stats-pulled-after-scrub': devices([mapping(1), mapping(2)], pulledAndRead),
  'btrfs-device-stats-replacing': devices([mapping(3), mapping(1), mapping(2)], pulledAndRead),
  'btrfs-device-stats-replaced': devices([mapping(3), mapping(2)]),
  'btrfs-device-stats-missing': devices([mapping(3), 'devid:2']),
  'btrfs-device-stats-single-chunks': devices([mapping(3), mapping(1)]),
  'btrfs-device-stats-corrupt': devices([mapping(3), mapping(1)], { [mapping(1)]: ['corruption_errs'] }),
  'btrfs-device-stats-corrected': devices([mapping(3), mapping(1)], { [mapping(1)]: ['corruption_errs'] }),
  // `-z` prints what it resets.
  'btrfs-device-stats-reset': devices([mapping(3), mapping(1)], { [mapping(1)]: ['corruption_errs'] }),
  'btrfs-device-stats-uncorrectable': devices([mapping(2)], { [mapping(2)]: ['corruption_errs'] }),
  'btrfs-device-stats-read-errors': devices([mapping(1), '/dev/mapper/bad'], { '/dev/mapper/bad': ['write_io_errs', 'read_io_errs'] }),
  'btrfs-device-stats-plain-pulled': devices(['/dev/sdc', plainPulled], { [plainPulled]: ['write_io_errs', 'flush_io_errs'] }),
  'btrfs-device-stats-suspended-target-gone': devices([mapping(1), mapping(2)]),
};

testRecordings('btrfs device stats', isCommand('btrfs', 'device', 'stats'), expected);

test('counters are told device by device', () => {
  const counted = (device: string, counter: DeviceCounter, value: number) => ({ device, counter, value });
  assert.equal(
    describeCounters([
      counted('/dev/dm-0', 'write_io_errs', 71),
      counted('/dev/dm-0', 'flush_io_errs', 18),
      counted('devid:2', 'read_io_errs', 1),
    ]),
    '/dev/dm-0 write_io_errs 71, flush_io_errs 18; devid:2 read_io_errs 1',
  );
  assert.equal(describeCounters([]), '');
});

test('statistics of fewer or more devices than the filesystem has are refused', () => {
  for (const { stdout, name } of recordings.filter((recording) => recording.name === 'btrfs-device-stats-pulled')) {
    assert.throws(() => parseDeviceStats(stdout, 1), UnknownOutput, name);
    assert.throws(() => parseDeviceStats(stdout, 3), UnknownOutput, name);
  }
});

test('statistics of a device without one of the five counters are refused', () => {
  for (const { stdout, name } of recordings.filter((recording) => recording.name === 'btrfs-device-stats-healthy')) {
    const lines = stdout.split('\n');
    for (let at = 0; at < lines.length - 1; at++) {
      assert.throws(() => parseDeviceStats(lines.toSpliced(at, 1).join('\n'), 2), UnknownOutput, name);
    }
  }
});

test('a device that is not there is passed over behind the others, as long as it counts nothing', () => {
  const counters = ['write_io_errs', 'read_io_errs', 'flush_io_errs', 'corruption_errs', 'generation_errs'];
  const block = (name: string, value = 0): string => counters.map((counter) => `[${name}].${counter}  ${String(value)}\n`).join('');
  assert.equal(parseDeviceStats(block('/dev/a') + block('devid:0'), 1).length, 1);
  for (const text of [
    block('/dev/a') + block('devid:0', 1),
    block('/dev/a') + block('devid:0') + block('devid:0'),
    block('/dev/a') + block('devid:2'),
  ]) {
    assert.throws(() => parseDeviceStats(text, 1), UnknownOutput, text);
  }
});
