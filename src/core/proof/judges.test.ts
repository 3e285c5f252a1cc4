import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDeviceStats } from '../btrfs/device-stats.ts';
import { parseFilesystemUsage } from '../btrfs/filesystem-usage.ts';
import type { FilesystemUsage } from '../btrfs/filesystem-usage.ts';
import { parseScrubStart } from '../btrfs/scrub-start.ts';
import type { ScrubResult } from '../btrfs/scrub-start.ts';
import { chunkProfiles } from '../layout/profile.ts';
import { recordings } from '../parsing/recordings.test.ts';
import type { Check, CheckOutcome } from '../verdict/verdict.ts';
import { judgeDeviceStats } from './judge-device-stats.ts';
import { judgeFiles } from './judge-files.ts';
import { judgeMount } from './judge-mount.ts';
import { judgeProfiles } from './judge-profiles.ts';
import { judgeScrub } from './judge-scrub.ts';
import type { FilesSeen, TreeSeen } from './files-seen.ts';

/** What a tool of a Debian suite printed in that case. */
function printed(suite: string, name: string): string {
  const recording = recordings.find((each) => each.suite === suite && each.name === name);
  assert.ok(recording !== undefined, `${suite}/${name}`);
  return recording.stdout;
}

function assertCheck(check: Check, outcome: CheckOutcome, ...evidence: readonly RegExp[]): void {
  assert.equal(check.outcome, outcome, check.evidence.join('\n'));
  assert.ok(check.evidence.length > 0 && check.evidence.every((line) => line !== ''));
  for (const expected of evidence) assert.match(check.evidence.join('\n'), expected);
}

const suites = ['bookworm', 'trixie'];

test('only btrfs mounted read-write counts as mounted', () => {
  const mounted = { target: '/storage', source: '/dev/mapper/crypt-btrfs2', fstype: 'btrfs', options: ['rw', 'relatime'] };
  assertCheck(judgeMount(mounted, '/storage'), 'held', /^\/dev\/mapper\/crypt-btrfs2 on \/storage, btrfs, rw,relatime$/u);
  assertCheck(judgeMount({ ...mounted, options: ['rw', 'degraded'] }, '/storage'), 'held', /rw,degraded/u);
  assertCheck(judgeMount({ ...mounted, options: ['ro', 'degraded'] }, '/storage'), 'broken', /ro,degraded/u);
  assertCheck(judgeMount({ ...mounted, options: ['ro', 'rw=not'] }, '/storage'), 'broken');
  assertCheck(judgeMount({ ...mounted, fstype: 'ext4' }, '/storage'), 'broken', /ext4/u);
  assertCheck(judgeMount(null, '/storage'), 'broken', /nothing is mounted/u);
});

const tree = { guestPath: '/storage/payload', entries: 412, differences: [] };
const journal = { guestPath: '/storage/journal/segment-1', acknowledged: 96, findings: [] };

test('files are held when nothing differs, and it is told how much was compared', () => {
  assertCheck(
    judgeFiles({ trees: [tree, tree], files: [], journals: [journal], predictedLosses: [], unread: [] }),
    'held',
    /^824 files and directories, 96 acknowledged records$/u,
  );
});

test('every file that differs and every journal that lost a record is named', () => {
  const seen: FilesSeen = {
    trees: [{ ...tree, differences: [{ kind: 'missing', path: 'a/b' }] }],
    files: [],
    journals: [{ ...journal, findings: ['2 of 96 acknowledged records are lost'] }],
    predictedLosses: [],
    unread: [],
  };
  const check = judgeFiles(seen);
  assertCheck(check, 'broken');
  assert.deepEqual(check.evidence, ['/storage/payload/a/b: missing', '/storage/journal/segment-1: 2 of 96 acknowledged records are lost']);
});

test('what was predicted to be lost is no finding, and its being there is one', () => {
  const seen = (...differences: TreeSeen['differences']): FilesSeen => ({
    trees: [{ ...tree, differences }],
    files: [],
    journals: [],
    predictedLosses: ['/storage/payload/a/b'],
    unread: [],
  });
  const lost = { kind: 'unreadable', path: 'a/b', said: 'Input/output error' } as const;
  assertCheck(judgeFiles(seen(lost)), 'held', /1 of them lost as predicted/u);
  assertCheck(judgeFiles(seen(lost, { kind: 'missing', path: 'c' })), 'broken', /^\/storage\/payload\/c: missing$/u);
  assertCheck(judgeFiles(seen()), 'broken', /a\/b: predicted to be lost, and it is as written/u);
});

test('a single file with a finding is named with it, unless it was predicted to be lost', () => {
  const files = [
    { guestPath: '/storage/images/guest.raw', finding: 'old content' },
    { guestPath: '/storage/images/other.raw', finding: null },
  ];
  const seen: FilesSeen = { trees: [], files, journals: [], predictedLosses: [], unread: [] };
  assertCheck(judgeFiles(seen), 'broken', /^\/storage\/images\/guest\.raw: old content$/u);
  assertCheck(judgeFiles({ ...seen, files: files.slice(1) }), 'held', /^1 files/u);
  assertCheck(judgeFiles({ ...seen, predictedLosses: ['/storage/images/guest.raw'], unread: [] }), 'held', /1 of them lost as predicted/u);
});

test('where nothing was written nothing can be held', () => {
  assertCheck(judgeFiles({ trees: [], files: [], journals: [], predictedLosses: [], unread: [] }), 'inconclusive', /^0 files/u);
});

for (const suite of suites) {
  const usage = (name: string): FilesystemUsage => parseFilesystemUsage(printed(suite, `btrfs-filesystem-usage-${name}`));

  test(`${suite}: a healthy array has only the profile, also after the soft balance`, () => {
    for (const name of ['healthy', 'after-soft-balance']) {
      assertCheck(
        judgeProfiles(usage(name), chunkProfiles('raid1')),
        'held',
        /^data, RAID1: .* on \/dev\/mapper\/\S+, \/dev\/mapper\/\S+$/mu,
      );
    }
    assertCheck(judgeProfiles(usage('raid1c3'), chunkProfiles('raid1c3')), 'held');
  });

  test(`${suite}: chunks with a single copy are named with the one device that holds them`, () => {
    const { evidence, outcome } = judgeProfiles(usage('single-chunks'), chunkProfiles('raid1'));
    assert.equal(outcome, 'broken');
    assert.ok(
      evidence.every((line) => line.endsWith(' on /dev/mapper/crypt-btrfs3: a single copy')),
      evidence.join('\n'),
    );
    assert.match(evidence.join('\n'), /^data, single: [\d.]+ MiB \([\d.]+ MiB used\)/mu);
    assert.match(evidence.join('\n'), /^metadata, single: /mu);
  });

  test(`${suite}: another profile with copies is broken, and not called a single copy`, () => {
    assertCheck(judgeProfiles(usage('raid1c3'), chunkProfiles('raid1')), 'broken', /^data, RAID1C3: /mu);
    for (const [name, single] of [
      ['raid1c3', false],
      ['dup', false],
      ['raid0', true],
      ['single', true],
    ] as const) {
      const line = judgeProfiles(usage(name), chunkProfiles('raid1')).evidence.find((each) => each.startsWith('data,'));
      assert.equal(line?.endsWith(': a single copy'), single, `${name}: ${String(line)}`);
    }
  });

  test(`${suite}: a missing device is broken, although every chunk has the profile`, () => {
    assertCheck(judgeProfiles(usage('missing'), chunkProfiles('raid1')), 'broken', /^a device is missing$/mu);
    assertCheck(judgeProfiles(usage('missing-written'), chunkProfiles('raid1')), 'broken', /^a device is missing$/mu, /a single copy$/mu);
  });

  test(`${suite}: an array without one of the three kinds of chunks is not held`, () => {
    const whole = usage('healthy');
    for (const type of ['data', 'metadata', 'system']) {
      const check = judgeProfiles(
        { ...whole, blockGroups: whole.blockGroups.filter((group) => group.type !== type) },
        chunkProfiles('raid1'),
      );
      assert.equal(check.outcome, 'broken', type);
    }
  });

  test(`${suite}: the counters of every device must be zero`, () => {
    const stats = (name: string) => judgeDeviceStats(parseDeviceStats(printed(suite, `btrfs-device-stats-${name}`), 2));
    assertCheck(stats('healthy'), 'held', /^2 members, all counters zero$/u);
    assertCheck(stats('pulled'), 'broken', /^\/dev\/mapper\/\S+: write_io_errs \d+$/mu);
    assertCheck(stats('missing'), judgeDeviceStats(parseDeviceStats(printed(suite, 'btrfs-device-stats-missing'), 2)).outcome);
  });

  const scrub = (name: string): ScrubResult => parseScrubStart(printed(suite, `btrfs-scrub-start-${name}`));

  test(`${suite}: a clean scrub of both members is held`, () => {
    const result = scrub('clean');
    assert.deepEqual(result.startedDevids, suite === 'bookworm' ? [] : [1, 2]);
    assertCheck(judgeScrub(result, 2), 'held', suite === 'bookworm' ? /no errors found; 2 members$/u : /devid 1, 2 of 2 members$/u);
  });

  test(`${suite}: a scrub with errors, corrected or not, is broken whatever its exit code`, () => {
    assertCheck(judgeScrub(scrub('corrected'), 2), 'broken', /csum [1-9]\d* errors/u, /corrected [1-9]/u);
    assertCheck(judgeScrub(scrub('readonly'), 2), 'broken');
    assertCheck(judgeScrub(scrub('super'), 2), 'broken', /super [1-9]/u);
    assertCheck(judgeScrub(scrub('read-errors'), 2), 'broken', /read [1-9]/u);
    assertCheck(judgeScrub(scrub('uncorrectable'), 1), 'broken', /uncorrectable [1-9]/u);
  });

  test(`${suite}: a scrub that left a missing device out or was cancelled found no errors, and is broken`, () => {
    assertCheck(judgeScrub(scrub('missing'), 2), 'broken', /^aborted, no errors found/u);
    assertCheck(judgeScrub(scrub('cancelled'), 2), 'broken', /^aborted/u);
  });
}

test('a scrub that names its devids must have begun on all of them', () => {
  const whole = parseScrubStart(printed('trixie', 'btrfs-scrub-start-clean'));
  assertCheck(judgeScrub({ ...whole, startedDevids: [1] }, 2), 'broken', /devid 1 of 2 members/u);
  assertCheck(judgeScrub(whole, 3), 'broken', /devid 1, 2 of 3 members/u);
});

test('a scrub that never ran, or lacked memory, or is not done is broken', () => {
  const whole = parseScrubStart(printed('trixie', 'btrfs-scrub-start-clean'));
  assert.ok(whole.report.state === 'finished');
  assertCheck(judgeScrub({ ...whole, report: { state: 'never' } }, 2), 'broken', /never ran/u);
  assertCheck(judgeScrub({ ...whole, report: { ...whole.report, memoryAllocationFailed: true } }, 2), 'broken');
  assertCheck(judgeScrub({ ...whole, done: false }, 2), 'broken');
});
