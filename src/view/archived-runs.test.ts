import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addToResults, noResults } from '../core/campaign/archived-result.ts';
import type { ArchivedResult } from '../core/campaign/archived-result.ts';
import type { PlannedJob, RecordedEvent } from '../core/event.ts';
import { onlyJob, readRecorded, withTwin } from './fixtures/recorded-events.ts';

const resultsOf = (events: readonly RecordedEvent[]): readonly ArchivedResult[] => events.reduce(addToResults, noResults).results;
const whole = readRecorded(withTwin);
const drill = onlyJob(whole, 'replace-missing-disk');

test('a recorded run of a drill and its twin are two good results', () => {
  const [held, twin, ...more] = resultsOf(whole);
  assert.ok(held !== undefined && twin !== undefined);
  assert.equal(more.length, 0);
  const { drill: name, isTwin, verdict, standing, release, tools, toolsVersion, accelerator, isKnown, brokenChecks } = held;
  assert.deepEqual(
    [name, isTwin, verdict, standing, tools, accelerator, isKnown, brokenChecks],
    ['replace-missing-disk', false, 'held', 'good', 'trixie', 'tcg', false, []],
  );
  assert.match(release ?? '', /^6\.12\.\d+\+deb13-cloud-amd64$/u);
  assert.match(toolsVersion ?? '', /^6\.14/u);
  assert.ok(held.durationMs > 1000);
  assert.deepEqual([twin.isTwin, twin.verdict, twin.standing, twin.isKnown], [true, 'broken', 'good', true]);
  assert.ok(twin.brokenChecks.length > 0);
});

test('options that change the drill are kept; what a twin leaves out is the twin', () => {
  const variationOf = (more: Partial<PlannedJob>): string | undefined => {
    const asked = drill.map((event) =>
      event.type === 'run-planned' ? { ...event, jobs: event.jobs.map((job) => ({ ...job, ...more })) } : event,
    );
    return resultsOf(asked)[0]?.variation;
  };
  assert.equal(variationOf({}), '');
  assert.equal(variationOf({ boot: 'systemd', initramfs: 'dracut' }), '--boot systemd --initramfs dracut');
  assert.equal(variationOf({ skippedSteps: ['soft-balance'] }), '--skip-step soft-balance');
  assert.equal(variationOf({ skippedSteps: ['soft-balance'], isTwin: true }), '');
});

/** The run with its verdict changed. */
function judged(
  verdict: 'held' | 'broken' | 'inconclusive' | 'crashed' | 'skipped',
  more: Partial<Extract<RecordedEvent, { type: 'verdict-reached' }>> = {},
  isTwin = false,
) {
  return drill.map((event): RecordedEvent => {
    if (event.type === 'verdict-reached') return { ...event, verdict, ...more };
    return event.type === 'run-planned' ? { ...event, jobs: event.jobs.map((job) => ({ ...job, isTwin })) } : event;
  });
}

const failed: RecordedEvent = {
  v: 1,
  seq: 0,
  at: '2026-11-29T15:00:00.000Z',
  job: 'replace-missing-disk',
  type: 'run-failed',
  area: 'machine',
  reason: 'died',
  description: { exitCode: 2, what: 'QEMU died.', remedy: '' },
};
const beforeVerdict = (events: readonly RecordedEvent[]): readonly RecordedEvent[] => {
  const at = events.findIndex(({ type }) => type === 'verdict-reached');
  return events.toSpliced(at, 0, failed);
};
const unjudged = (exitCode: number): readonly RecordedEvent[] =>
  beforeVerdict(drill)
    .filter(({ type }) => type !== 'verdict-reached')
    .map((event): RecordedEvent => (event.type === 'drill-ended' ? { ...event, verdict: null, exitCode } : event));

for (const [what, events, standing] of [
  ['a drill that held', drill, 'good'],
  ['a broken promise', judged('broken'), 'bad'],
  ['a broken promise that is known', judged('broken', { surprises: [] }), 'bad'],
  ['a crash', judged('crashed'), 'bad'],
  ['a twin that broke as it had to', judged('broken', { surprises: [] }, true), 'good'],
  ['a twin that held', judged('held', { surprises: ['expected broken, was held'] }, true), 'bad'],
  ['a check that could not be made', judged('inconclusive'), 'unclear'],
  ['a machine that died', beforeVerdict(judged('inconclusive')), 'machine'],
  ['a finding before the machine died', beforeVerdict(judged('broken')), 'bad'],
  ['a drill that could not begin', unjudged(69), 'machine'],
  ['a drill that was interrupted', unjudged(130), 'interrupted'],
  ['a drill that is not made for it', judged('skipped'), 'skipped'],
] as const) {
  test(`${standing}: ${what}`, () => {
    const [result] = resultsOf(events);
    assert.equal(result?.standing, standing);
    assert.ok(result.summary !== '');
  });
}

test('a drill that goes on is no result yet', () => {
  assert.deepEqual(resultsOf(drill.slice(0, -2).filter(({ type }) => type !== 'drill-ended')), []);
});
