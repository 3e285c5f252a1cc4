import assert from 'node:assert/strict';
import { isCommand, testRecordings } from '../parsing/recordings.test.ts';
import type { Expectation } from '../parsing/recordings.test.ts';
import { isCleanScrub } from './scrub-report.ts';
import type { ScrubErrors } from './scrub-report.ts';
import { parseScrubStart, parseScrubStartPerDevice } from './scrub-start.ts';
import type { DeviceScrubResult, ScrubResult } from './scrub-start.ts';

/** A scrub that ended `done`, with errors of exactly these kinds, and this exit code. */
function done(kinds: readonly (keyof ScrubErrors)[] = [], exitCode = 0): Expectation<ScrubResult> {
  return {
    parse: parseScrubStart,
    check: (result, recording) => {
      assert.equal(result.done, true);
      assert.ok(result.report.state === 'finished');
      const found = Object.entries(result.report.errors).flatMap(([kind, count]) => (count > 0 ? [kind] : []));
      // Whether the corruption also hit metadata, which counts as verify, varies from recording to recording.
      assert.deepEqual(found.filter((kind) => kind !== 'verify').sort(), [...kinds].sort());
      assert.equal(isCleanScrub(result.report), kinds.length === 0);
      assert.equal(recording.exitCode, exitCode);
      assert.equal(result.startedDevids.length > 0, recording.toolVersion !== 'btrfs-progs v6.2');
    },
  };
}

/** A scrub that ended `canceled`, found nothing until then, and had this exit code. */
function canceled(exitCode: number): Expectation<ScrubResult> {
  return {
    parse: parseScrubStart,
    check: (result, recording) => {
      assert.equal(result.done, false);
      assert.equal(result.report.state, 'aborted');
      assert.equal(isCleanScrub(result.report), false);
      assert.equal(recording.exitCode, exitCode);
    },
  };
}

const start = 'btrfs-scrub-start';

const expected: Readonly<Record<string, Expectation<ScrubResult>>> = {
  [`${start}-clean`]: done(),
  'btrfs-scrub-resume-finished': done(),
  [`${start}-cancelled`]: canceled(1),
  // A missing device is left out, and the exit code is 0.
  [`${start}-missing`]: canceled(0),
  [`${start}-pulled`]: done(['read', 'super', 'corrected', 'uncorrectable'], 3),
  // It corrected nothing, whatever it says: `-r` only reads.
  [`${start}-readonly`]: done(['csum', 'corrected']),
  [`${start}-corrected`]: done(['csum', 'corrected']),
  [`${start}-super`]: done(['super']),
  [`${start}-uncorrectable`]: done(['csum', 'uncorrectable'], 3),
  [`${start}-read-errors`]: done(['read', 'corrected']),
};

const expectedPerDevice: Readonly<Record<string, Expectation<readonly DeviceScrubResult[]>>> = {
  [`${start}-per-device-clean`]: {
    parse: (text) => parseScrubStartPerDevice(text, 2),
    check: (devices) => {
      assert.deepEqual(
        devices.map((device) => [device.devid, device.guestDevice, device.done, isCleanScrub(device.report)]),
        [
          [1, '/dev/mapper/crypt-btrfs1', true, true],
          [2, '/dev/mapper/crypt-btrfs2', true, true],
        ],
      );
    },
  },
};

const isMine = (argv: readonly string[]): boolean =>
  isCommand('btrfs', 'scrub', 'start')(argv) || isCommand('btrfs', 'scrub', 'resume')(argv);

testRecordings('btrfs scrub start -B', (argv) => isMine(argv) && !argv.includes('-d'), expected);
testRecordings('btrfs scrub start -B -d', (argv) => isMine(argv) && argv.includes('-d'), expectedPerDevice);
