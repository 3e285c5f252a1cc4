import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { expectedRun } from '../fixtures/expected-events.ts';
import { manyBegin, manyEnd, manyInterrupted, recordJobs } from '../fixtures/many-events.ts';
import type { JobEvent } from '../fixtures/many-events.ts';
import { cutLine, layoutLine } from '../text/layout-line.ts';
import type { Page } from '../text/layout-line.ts';
import { manyLiveLines } from './many-live-lines.ts';
import { startMany } from './many-state.ts';
import { renderMany } from './render-many.ts';
import type { TerminalOptions } from './terminal-state.ts';

const wide: Page = { columns: Infinity, colour: false, unicode: true, widthOf: stringWidth };

function show(events: readonly JobEvent[], page: Page = wide, options: Partial<TerminalOptions> = {}): string {
  let state = startMany({ live: false, verbose: false, cwdHostPath: '/home/me', ...options });
  const rows: string[] = [];
  for (const event of recordJobs(events)) {
    const rendering = renderMany(state, event);
    ({ state } = rendering);
    rows.push(...rendering.lines.flatMap((line) => layoutLine(line, page)));
  }
  return rows.join('\n');
}

function alive(events: readonly JobEvent[], nowMs: number, columns = 80, unicode = true): readonly string[] {
  const start = startMany({ live: true, verbose: false, cwdHostPath: '/home/me' });
  const state = recordJobs(events).reduce((before, event) => renderMany(before, event).state, start);
  const page = { ...wide, columns, unicode };
  return manyLiveLines(state, Date.UTC(2026, 10, 22, 12) + nowMs, unicode).map((line, index) =>
    cutLine(line, page).slice(index === 0 ? 2 : 0),
  );
}

test('a report of several drills: what is common once, a line each in the order asked, what did not hold with its evidence, a summary', () => {
  assert.equal(
    show([...manyBegin, ...manyEnd]),
    `5 drills, 2 at once
  seed         1
  kernel       trixie (linux-image-cloud-amd64 6.12.117-1)
  tools        trixie (btrfs-progs 6.14)
  accelerator  tcg: there is no /dev/kvm

✓ held             20.0 s  split-brain
✗ broken           14.1 s  replace-missing-disk
  The promise was broken: profiles did not hold.
  ✗ The claim of profiles <is> & "true"  profiles
      system, single: 32 MiB on /dev/mapper/crypt-btrfs2: a single copy
      a ]]> of "evidence"
  evidence     raidlab-results/20261122T120000Z-5-drills-x/replace-missing-disk/
! failed           20.0 s  replace-missing-disk-2
  No space left on the disk that holds /tmp.
  evidence     raidlab-results/20261122T120000Z-5-drills-x/replace-missing-disk-2/
! crashed           9.0 s  kernel-crash
  The kernel under test crashed during device replace.
  kind         panic
  said         Kernel panic - not syncing: sysrq triggered crash
  at           sysrq_handle_crash+0x15
  process      tee (pid 414)
  kernel       6.12.117+deb13-cloud-amd64
  during       device replace
  evidence     raidlab-results/20261122T120000Z-5-drills-x/kernel-crash/
? inconclusive      3.0 s  slow-disk
  It could not be judged: the drill did not come to its checks.
  QEMU ended (machine main).
  evidence     raidlab-results/20261122T120000Z-5-drills-x/slow-disk/

Summary
  ✓ held            1
  ✗ broken          1  replace-missing-disk
  ? inconclusive    1  slow-disk
  ! crashed         1  kernel-crash
  ! failed          1  replace-missing-disk-2
  took         31.0 s; the drills one by one 66.1 s, 2 at once
  report       raidlab-results/20261122T120000Z-5-drills-x/report.html
  evidence     raidlab-results/20261122T120000Z-5-drills-x/
  again        raidlab drill --all --jobs 2 --seed 1`,
  );
});

test('a drill that is over before one that was asked for before it is held back', () => {
  const whileFirstRuns = show(manyBegin);
  assert.doesNotMatch(whileFirstRuns, /broken/u);
  assert.match(show([...manyBegin, ...manyEnd.slice(0, 4)]), /^✓ held .* split-brain\n✗ broken .* replace-missing-disk$/mu);
});

test('an interrupted run tells what was over, what was cut off and what never began', () => {
  const rows = show(manyInterrupted).split('\n');
  const heads = rows.filter((row) => /^[✓✗?!-] /u.test(row)).map((row) => row.replace(/ +[\d.]+ s +/u, ' '));
  assert.deepEqual(heads, ['- interrupted split-brain', '✗ broken replace-missing-disk', '- interrupted replace-missing-disk-2']);
  assert.ok(rows.includes('  - interrupted     2  split-brain, replace-missing-disk-2'));
  assert.ok(rows.includes('  - not begun       2  kernel-crash, slow-disk'));
});

test('a verbose report says when a drill begins, and shows all evidence and the words of the kernel', () => {
  const text = show([...manyBegin, ...manyEnd], wide, { verbose: true });
  assert.match(text, /^→ split-brain begins$/mu);
  assert.match(text, /^✓ held .* split-brain\n {2}✓ The claim of files .*\n {6}4711 files$/mu);
  assert.match(text, /│ CPU: 0 PID: 414 Comm: tee/u);
});

test('drills that ran more than once are given with their times', () => {
  const ran = (job: string, durationMs: number): readonly JobEvent[] => [
    [0, job, { type: 'verdict-reached', drill: 'x', verdict: 'held', summary: 's', durationMs, expectation: null, surprises: null }],
    [0, job, { type: 'drill-ended', drill: 'x', verdict: 'held', exitCode: 0, durationMs }],
  ];
  const jobs = ['x', 'x-2', 'x-3', 'y', 'y-twin'].map((job) => ({
    job,
    drill: job.slice(0, 1),
    isTwin: job.endsWith('-twin'),
    promise: 'p',
    seed: '1',
    skippedSteps: [],
    layout: 'l',
    payloadBytes: 1,
    kernel: 'trixie',
    tools: 'trixie',
  }));
  const plan: JobEvent = [0, null, { type: 'run-planned', seed: '1', limit: 1, jobs }];
  const text = show([
    plan,
    ...ran('x', 9000),
    ...ran('x-2', 1000),
    ...ran('x-3', 2000),
    ...ran('y', 1),
    ...ran('y-twin', 1),
    [0, null, { type: 'run-ended', exitCode: 0, durationMs: 12_001 }],
  ]);
  assert.match(text, /^ {2}times {8}x: 1\.0 s to 9\.0 s, median 2\.0 s$/mu);
  assert.doesNotMatch(text, /times {8}y/u);
  assert.match(text, /took {9}12\.0 s; the drills one by one 12\.0 s, one at a time/u);
});

test('on a narrow terminal without Unicode no row is wider than it, but for a word that is', () => {
  const text = show([...manyBegin, ...manyEnd], { ...wide, columns: 40, unicode: false }, { verbose: true });
  for (const row of text.split('\n')) assert.ok(row.length <= 40 || !row.trim().includes(' '), row);
  assert.match(text, /^[\u0000-\u007f]*$/u);
});

test('the live region has a row for each drill that runs: its step, how far, how long', () => {
  const begun = manyBegin.slice(0, -4);
  const replacing: JobEvent = [0, 'split-brain', { type: 'progress-made', what: 'replace', fraction: 0.431, detail: '' }];
  assert.deepEqual(alive([...begun, replacing], 65_000), [
    '0 of 5 over  65.0 s',
    '  split-brain             64.9 s  Write to both halves  43 %',
    '  replace-missing-disk    64.8 s  Prove it',
  ]);
  assert.equal(alive(begun, 65_000, 40)[1], '  split-brain             64.9 s  Writ…');
  assert.deepEqual(alive(manyBegin, 65_000).length, 2);
  assert.deepEqual(alive([...manyBegin, ...manyEnd], 65_000), []);
});

test('the live region stays low however many run', () => {
  const many = Array.from({ length: 40 }, (_, index): JobEvent => {
    const [, , body] = manyBegin[2] ?? [0, null, { type: 'remark-made', text: '' }];
    return [0, `job-${String(index)}`, body];
  });
  const rows = alive(many, 1000);
  assert.equal(rows.length, 14);
  assert.equal(rows.at(-1), '  and 28 more');
});

test('what came as expected is told in a line, a surprise with what was expected, why, and who says so, a skipped drill with its reason', () => {
  assert.equal(
    show(expectedRun),
    `6 drills, one at a time
  seed         1

✓ as expected       9.0 s  replace-twin
  expected broken, was broken: without the balance there are single chunks.
✗ surprise          9.0 s  held-twin
  A surprise: expected broken, was held. The promise was kept: a promise.
  expected     broken: profiles, leg-alone-*
  because      without the balance there are single chunks.
  source       the drill itself: this is its twin
  evidence     raidlab-results/x/held-twin/
✗ surprise          9.0 s  other-twin
  A surprise: expected profiles to be broken, and it is not: broken are procedure. The promise was broken: procedure did not hold.
  expected     broken: profiles, leg-alone-*
  because      without the balance there are single chunks.
  source       the drill itself: this is its twin
  ✗ The claim of procedure  procedure
      seen: procedure
  evidence     raidlab-results/x/other-twin/
✓ as expected       9.0 s  known-crash
  expected crashed, was crashed: This kernel has the bug. (commit abc123)
✗ surprise          9.0 s  mended-crash
  A surprise: expected crashed, was held. The promise was kept: a promise.
  expected     crashed
  because      This kernel has the bug.
  source       commit abc123
  evidence     raidlab-results/x/mended-crash/
- skipped           9.0 s  not-made-for
  It was skipped: it is not for the layout raid1c3: raid1 # only.

Summary
  ✓ as expected     2
  ✗ surprise        3  held-twin, other-twin, mended-crash
  - skipped         1  not-made-for
  took         60.0 s; the drills one by one 54.0 s, one at a time
  report       raidlab-results/x/report.html
  evidence     raidlab-results/x/
  again        raidlab drill --all --twin --seed 1`,
  );
  assert.match(show(expectedRun, wide, { verbose: true }), /✓ as expected .*replace-twin\n.*\n {2}✗ The claim of profiles/u);
});
