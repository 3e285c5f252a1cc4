import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parser } from 'tap-parser';
import type { Result } from 'tap-parser';
import { expectedRun } from '../fixtures/expected-events.ts';
import { manyBegin, manyEnd, manyInterrupted, recordJobs } from '../fixtures/many-events.ts';
import type { JobEvent } from '../fixtures/many-events.ts';
import { addToResult, emptyResult } from '../drill/result.ts';
import { formatTap } from './tap.ts';

interface Harness {
  readonly points: readonly Result[];
  readonly final: Parser['results'];
}

/** Gives what a harness makes of a run; anything that is not TAP fails. */
function harness(events: readonly JobEvent[]): Harness {
  const points: Result[] = [];
  const parser = new Parser({ strict: true });
  parser.on('assert', (point: Result) => points.push(point));
  parser.on('extra', (text: string) => {
    assert.fail(`not TAP: ${text}`);
  });
  parser.end(formatTap(recordJobs(events).reduce(addToResult, emptyResult)));
  return { points, final: parser.results };
}

test('a harness of TAP reads a test point for each drill, in the order asked, with its YAML', () => {
  const { points, final } = harness([...manyBegin, ...manyEnd]);
  assert.deepEqual([final?.ok, final?.count, final?.pass, final?.fail, final?.bailout], [false, 5, 1, 4, false]);
  assert.deepEqual(
    points.map((point) => [point.id, point.ok, point.name]),
    [
      [1, true, 'split-brain'],
      [2, false, 'replace-missing-disk'],
      [3, false, 'replace-missing-disk-2'],
      [4, false, 'kernel-crash'],
      [5, false, 'slow-disk'],
    ],
  );
  const [held, broken, failed, crashed] = points.map((point) => point.diag as Record<string, unknown>);
  assert.deepEqual([held?.outcome, points[0]?.time, held?.kernel, held?.tools, held?.seed], ['held', 20_000, 'trixie', 'bookworm', '1']);
  assert.equal(broken?.message, 'The promise was broken: profiles did not hold.');
  assert.ok((broken.seen as readonly string[]).includes('      a ]]> of "evidence"'));
  assert.equal(failed?.outcome, 'failed');
  assert.deepEqual(crashed?.console, ['console of main (dispose):', '[   12.3] sysrq: Trigger a crash ']);
});

test('a run that was cut off bails out, after what was over', () => {
  const { points, final } = harness(manyInterrupted);
  assert.equal(final?.bailout, 'Interrupted (SIGINT).');
  assert.deepEqual(
    points.map((point) => [point.id, (point.diag as Record<string, unknown>).outcome]),
    [
      [1, 'interrupted'],
      [2, 'broken'],
      [3, 'interrupted'],
    ],
  );
});

test('a run in which all held is passed', () => {
  const [plan] = manyBegin.slice(1, 2);
  assert.ok(plan?.[2].type === 'run-planned');
  const jobs = plan[2].jobs.slice(0, 1);
  const ended: JobEvent = [0, 'split-brain', { type: 'drill-ended', drill: 'x', verdict: 'held', exitCode: 0, durationMs: 1 }];
  const verdict: JobEvent = [
    0,
    'split-brain',
    {
      type: 'verdict-reached',
      drill: 'x',
      verdict: 'held',
      summary: 's # not a directive',
      durationMs: 1,
      expectation: null,
      surprises: null,
    },
  ];
  const { final } = harness([[0, null, { ...plan[2], jobs }], verdict, ended]);
  assert.deepEqual([final?.ok, final?.count, final?.todo, final?.skip], [true, 1, 0, 0]);
});

test('what came as expected is ok, a surprise is not, and both say what was expected; a skipped drill is a SKIP with its reason', () => {
  const { points, final } = harness(expectedRun);
  assert.deepEqual([final?.ok, final?.count, final?.pass, final?.fail, final?.skip], [false, 6, 3, 3, 1]);
  assert.deepEqual(
    points.map((point) => [point.name, point.ok]),
    [
      ['replace-twin', true],
      ['held-twin', false],
      ['other-twin', false],
      ['known-crash', true],
      ['mended-crash', false],
      ['not-made-for', true],
    ],
  );
  assert.equal(points[5]?.skip, 'It was skipped: it is not for the layout raid1c3: raid1 # only.');
  const [twin, heldTwin, , , mended] = points.map((point) => point.diag as Readonly<Record<string, unknown>>);
  assert.deepEqual(
    [twin?.twin, twin?.outcome, twin?.expected, twin?.source, twin?.surprises],
    [true, 'as expected', 'broken: profiles, leg-alone-*', 'the drill itself: this is its twin', undefined],
  );
  assert.deepEqual([heldTwin?.outcome, heldTwin?.surprises], ['surprise', ['expected broken, was held']]);
  assert.deepEqual(
    [mended?.twin, mended?.expected, mended?.because, mended?.source],
    [false, 'crashed', 'This kernel has the bug.', 'commit abc123'],
  );
});
