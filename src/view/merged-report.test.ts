import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { mergeEvents } from '../core/bundle/merge-events.ts';
import { planMerge } from '../core/bundle/plan-merge.ts';
import { shardBundle } from '../core/bundle/fixtures/shard-bundle.ts';
import { splitRun } from '../core/campaign/split-run.ts';
import type { RecordedEvent } from '../core/event.ts';
import { addToResult, emptyResult } from '../report/drill/result.ts';
import type { RunResult } from '../report/drill/result.ts';
import { formatJunit } from '../report/formats/junit.ts';
import { formatTap } from '../report/formats/tap.ts';
import { joinRuns, withTwin } from './fixtures/recorded-events.ts';
import { renderReport } from './render-report.ts';

/** Real runs put together, as if they had been one: four drills and a twin. */
const joined = joinRuns([withTwin, 'latent-bad-block', 'stale-disk-returns', 'second-disk-fails-salvage']);
const whole = joined.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
const planned = whole.find((event) => event.type === 'run-planned');
const jobs = planned?.type === 'run-planned' ? planned.jobs : [];

/** The runs of three machines, each with its part of the drills. */
function shards(of: number) {
  return Array.from({ length: of }, (_, index) => {
    const number = index + 1;
    const { here } = splitRun(jobs, { number, of });
    const own = here.flatMap((each) => jobs[each] ?? []);
    const labels = new Set(own.map(({ job }) => job));
    const between = whole.filter((event) => event.job !== undefined && labels.has(event.job));
    const command = `raidlab drill --all --shard ${String(number)}/${String(of)} --reporter bundle=${String(number)}.bundle`;
    const exitCode = number === 1 ? 1 : 0;
    return shardBundle.of({ file: `${String(number)}.bundle`, number, of, jobs: own, wholeRun: jobs, between, exitCode, command });
  });
}

function merged(bundles: ReturnType<typeof shards>): readonly RecordedEvent[] {
  const [first, ...others] = bundles;
  assert.ok(first !== undefined);
  return [...mergeEvents(planMerge([first, ...others]), { run: 'merged', hostPath: '/here/merged' })];
}

const one = [
  ...mergeEvents(
    planMerge([
      shardBundle.of({
        file: 'one',
        jobs,
        between: whole.filter(({ job }) => job !== undefined),
        exitCode: 1,
        command: 'raidlab drill --all',
      }),
    ]),
    { run: 'merged', hostPath: '/here/merged' },
  ),
];

const result = (events: readonly RecordedEvent[]): RunResult => events.reduce(addToResult, emptyResult);
const html = (events: readonly RecordedEvent[]): string =>
  renderReport({ events, compress: (text) => deflateSync(text).toString('base64'), script: '', scriptHash: '', style: '', styleHash: '' })
    // Traces have the numbers of events in them, and these count what other drills did meanwhile.
    .replaceAll(/(<script type="application\/x-raidlab-trace"[^>]*>)[^<]*/gu, '$1');

for (const count of [1, 2, 3, 5, 8]) {
  test(`${String(count)} shards, in any order, are one run: result, JUnit, TAP and HTML`, () => {
    const events = merged(shards(count).reverse());
    assert.deepEqual(result(events), result(one));
    assert.equal(formatJunit(result(events)), formatJunit(result(one)));
    assert.equal(formatTap(result(events)), formatTap(result(one)));
    assert.equal(html(events), html(one));
  });
}

test('the events of each drill are as they were, numbered anew', () => {
  const events = merged(shards(3));
  assert.deepEqual(
    events.map(({ seq }) => seq),
    [...events.keys()],
  );
  const ofJob = (all: readonly RecordedEvent[], job: string) =>
    all.filter((event) => event.job === job).map((event) => ({ ...event, seq: 0 }));
  for (const { job } of jobs) assert.deepEqual(ofJob(events, job), ofJob(whole, job));
});

test('what a missing shard had to run was not begun, and nothing is judged as held', () => {
  const [first, second] = shards(3);
  assert.ok(first !== undefined && second !== undefined);
  const events = merged([second, { ...first, frame: { ...first.frame, ended: { ...first.frame.ended, exitCode: 0 } } }]);
  const { exitCode, drills } = result(events);
  assert.equal(exitCode, 2);
  assert.equal(drills.length, jobs.length);
  assert.ok(drills.some(({ startedAt }) => startedAt === null));
  assert.ok(events.some((event) => event.type === 'remark-made' && event.text === 'Of this run a shard is missing: 3/3.'));
});

test('what several shards tell of an image is told once, and different accelerators are said', () => {
  const ready: RecordedEvent = {
    v: 1,
    seq: 0,
    at: whole[0]?.at ?? '',
    type: 'image-ready',
    kind: 'tools',
    artefact: 'tools of trixie',
    hostPath: 'x',
    cached: true,
    description: 'btrfs-progs 6.14',
  };
  const [first, second, third] = shards(3).map((bundle) => ({ ...bundle, events: () => [ready, ...bundle.events()] }));
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const kvm = { ...second, head: { ...second.head, accelerator: { name: 'kvm', reason: '' } as const } };
  const events = merged([first, kvm, third]);
  assert.equal(events.filter(({ type, job }) => type === 'image-ready' && job === undefined).length, 1);
  assert.ok(events.some((event) => event.type === 'remark-made' && event.text.includes('tcg, kvm')));
});
