import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommand, recordings, testRecordings } from '../parsing/recordings.test.ts';
import type { Expectation } from '../parsing/recordings.test.ts';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { isCleanScrub, scrubErrorCount } from './scrub-report.ts';
import type { ScrubErrors, ScrubReport } from './scrub-report.ts';
import { parseScrubStatus, parseScrubStatusPerDevice } from './scrub-status.ts';
import type { ScrubStatus, ScrubStatusPerDevice } from './scrub-status.ts';

const isMine = isCommand('btrfs', 'scrub', 'status');

/** A scrub in this state that found errors of exactly these kinds. */
function scrub(state: ScrubReport['state'], kinds: readonly (keyof ScrubErrors)[] = []): Expectation<ScrubStatus> {
  return {
    parse: parseScrubStatus,
    check: ({ report }, { argv }) => {
      checkReport(report, state, kinds);
      if (report.state !== 'never') assert.equal(report.totalBytes !== null, argv.includes('--raw'));
    },
  };
}

function checkReport(report: ScrubReport, state: ScrubReport['state'], kinds: readonly (keyof ScrubErrors)[]): void {
  assert.equal(report.state, state);
  assert.equal(isCleanScrub(report), state === 'finished' && kinds.length === 0);
  assert.equal(scrubErrorCount(report) > 0, kinds.length > 0);
  if (report.state === 'never') return;
  const found = Object.entries(report.errors).flatMap(([kind, count]) => (count > 0 ? [kind] : []));
  // Whether the corruption also hit metadata, which counts as verify, varies from recording to recording.
  assert.deepEqual(found.filter((kind) => kind !== 'verify').sort(), [...kinds].sort());
  assert.match(report.startedAt, /^(?:Sun Nov 22|Wed Nov 25) \d\d:\d\d:\d\d 2026$/);
  assert.ok(report.durationSeconds < 60);
  assert.equal(report.memoryAllocationFailed, false);
}

/** The scrubs of devid 1, 2, … in these states, with errors of these kinds. */
function perDevice(
  ...devices: readonly (readonly [ScrubReport['state'], readonly (keyof ScrubErrors)[]])[]
): Expectation<ScrubStatusPerDevice> {
  return {
    parse: (text) => parseScrubStatusPerDevice(text, devices.length),
    check: (status) => {
      assert.deepEqual(
        status.devices.map(({ devid }) => devid),
        devices.map((_, at) => at + 1),
      );
      for (const [at, [state, kinds]] of devices.entries()) {
        const device = status.devices[at];
        assert.ok(device !== undefined);
        checkReport(device.report, state, kinds);
      }
    },
  };
}

const status = 'btrfs-scrub-status';
const csum = ['csum', 'corrected'] as const;

const expected: Readonly<Record<string, Expectation<ScrubStatus>>> = {
  [`${status}-never`]: scrub('never'),
  [`${status}-finished`]: scrub('finished'),
  [`${status}-finished-human`]: scrub('finished'),
  [`${status}-running`]: scrub('running'),
  [`${status}-running-human`]: scrub('running'),
  [`${status}-cancelled`]: scrub('aborted'),
  [`${status}-resumed`]: scrub('finished'),
  // Killed before it wrote its status file for the first time, the tool forgets that it ever ran.
  [`${status}-killed-at-once`]: scrub('never'),
  [`${status}-interrupted`]: scrub('interrupted'),
  [`${status}-pulled`]: scrub('finished', ['read', 'super', 'corrected', 'uncorrectable']),
  // The numbers of the scrub before: during a replace this means nothing.
  [`${status}-replacing`]: scrub('running', ['read', 'super', 'corrected', 'uncorrectable']),
  [`${status}-missing`]: scrub('aborted'),
  [`${status}-readonly`]: scrub('finished', csum),
  [`${status}-corrected`]: scrub('finished', csum),
  [`${status}-corrected-human`]: scrub('finished', csum),
  [`${status}-super`]: scrub('finished', ['super']),
  [`${status}-uncorrectable`]: scrub('finished', ['csum', 'uncorrectable']),
  [`${status}-read-errors`]: scrub('finished', ['read', 'corrected']),
};

const expectedPerDevice: Readonly<Record<string, Expectation<ScrubStatusPerDevice>>> = {
  [`${status}-per-device-never`]: perDevice(['never', []], ['never', []]),
  [`${status}-per-device-finished`]: perDevice(['finished', []], ['finished', []]),
  [`${status}-per-device-running`]: perDevice(['running', []], ['running', []]),
  [`${status}-per-device-cancelled`]: perDevice(['aborted', []], ['aborted', []]),
  [`${status}-per-device-missing`]: perDevice(['finished', []], ['aborted', []]),
  [`${status}-per-device-corrected`]: perDevice(['finished', []], ['finished', csum]),
};

testRecordings('btrfs scrub status', (argv) => isMine(argv) && !argv.includes('-d'), expected);
testRecordings('btrfs scrub status -d', (argv) => isMine(argv) && argv.includes('-d'), expectedPerDevice);

test('a resumed scrub says so', () => {
  for (const { stdout } of recordings.filter(({ name }) => name === `${status}-resumed`)) {
    const { report } = parseScrubStatus(stdout);
    assert.ok(report.state !== 'never' && report.resumed);
  }
});

test('a running scrub says how far it is', () => {
  for (const { stdout } of recordings.filter(({ name }) => name === `${status}-running`)) {
    const { report } = parseScrubStatus(stdout);
    assert.ok(report.state === 'running' && report.scrubbedBytes !== null && report.totalBytes !== null);
    assert.ok(report.scrubbedBytes > 0 && report.scrubbedBytes < report.totalBytes);
  }
});

test('a scrub for which the kernel had too little memory is not clean', () => {
  const head = 'UUID:             ecfc3798-58b8-4c9e-aa97-930b97a2d193\n';
  const run = 'Scrub started:    Sun Nov 22 08:37:16 2026\nStatus:           finished\nDuration:         1:02:03\n';
  const warning = '*** WARNING: memory allocation failed while scrubbing. results may be inaccurate\n';
  const end = 'Total to scrub:   1\nRate:             1/s\nError summary:    no errors found\n';
  const { report } = parseScrubStatus(head + run + warning + end);
  assert.ok(report.state === 'finished' && report.memoryAllocationFailed && report.durationSeconds === 3723);
  assert.equal(isCleanScrub(report), false);
  assert.equal(isCleanScrub(parseScrubStatus(head + run + end).report), true);
});

test('a status of fewer devices than the filesystem has is refused', () => {
  for (const { stdout } of recordings.filter(({ name }) => name === `${status}-per-device-finished`)) {
    assert.throws(() => parseScrubStatusPerDevice(stdout, 3), UnknownOutput);
    assert.throws(() => parseScrubStatusPerDevice(stdout, 1), UnknownOutput);
  }
});

test('errors of every kind are told apart', () => {
  const head = 'UUID:             ecfc3798-58b8-4c9e-aa97-930b97a2d193\n';
  const run =
    'Scrub started:    Sun Nov  2 08:37:16 2026\nStatus:           finished\nDuration:         0:00:03\nTotal to scrub:   1\nRate:             1/s\n';
  const end = 'Error summary:    read=1 super=2 verify=3 csum=4\n  Corrected:      5\n  Uncorrectable:  6\n  Unverified:     7\n';
  const { report } = parseScrubStatus(head + run + end);
  assert.ok(report.state === 'finished');
  assert.deepEqual(report.errors, { read: 1, super: 2, verify: 3, csum: 4, corrected: 5, uncorrectable: 6, unverified: 7 });
});
