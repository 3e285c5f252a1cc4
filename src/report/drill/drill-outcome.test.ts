import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventBody, PlannedJob, RecordedEvent } from '../../core/event.ts';
import type { Verdict } from '../../core/verdict/verdict.ts';
import { emptyResult, addToResult } from './result.ts';
import type { DrillOutcome } from './drill-outcome.ts';

const planned = (job: string): PlannedJob => ({
  job,
  drill: 'split-brain',
  isTwin: false,
  promise: 'p',
  seed: '1',
  skippedSteps: [],
  layout: 'l',
  payloadBytes: 1,
  kernel: 'trixie',
  tools: 'trixie',
});
const at = '2026-11-22T12:00:00.000Z';

/** Gives what two jobs of the same drill came to after events that are marked with theirs. */
function outcomes(events: readonly (readonly [job: string, body: EventBody])[]): readonly DrillOutcome[] {
  const plan: RecordedEvent = { v: 1, seq: 0, at, type: 'run-planned', seed: '1', limit: 2, jobs: [planned('a'), planned('b')] };
  const all = [plan, ...events.map(([job, body], seq): RecordedEvent => ({ v: 1, seq, at, job, ...body }))];
  return all.reduce(addToResult, emptyResult).drills;
}

const verdict = (verdict: Verdict): EventBody => ({
  type: 'verdict-reached',
  drill: 'split-brain',
  verdict,
  summary: 's',
  durationMs: 5,
  expectation: null,
  surprises: null,
});
const ended: EventBody = { type: 'drill-ended', drill: 'split-brain', verdict: null, exitCode: 0, durationMs: 9 };
const seen = (machine: string, line: string): EventBody => ({ type: 'console-line-seen', machine, line });
const stopped = (machine: string, how: 'shutdown' | 'dispose' | 'died'): EventBody => ({
  type: 'machine-stopped',
  machine,
  how,
  detail: '',
});

test('events of drills that run side by side each go to their own, in the order asked', () => {
  const check = (name: string): EventBody => ({
    type: 'check-judged',
    drill: 'split-brain',
    check: { name, claim: 'c', outcome: 'held', evidence: ['e'] },
  });
  const [a, b] = outcomes([
    ['b', check('b-1')],
    ['a', check('a-1')],
    ['b', verdict('held')],
    ['b', ended],
    ['a', check('a-2')],
    ['a', verdict('broken')],
    ['a', ended],
  ]);
  assert.deepEqual([a?.job, a?.verdict, a?.checks.map((each) => each.name)], ['a', 'broken', ['a-1', 'a-2']]);
  assert.deepEqual([b?.job, b?.verdict, b?.checks.map((each) => each.name)], ['b', 'held', ['b-1']]);
});

test('a drill that never began is there, with nothing', () => {
  const [, b] = outcomes([['a', ended]]);
  assert.deepEqual([b?.job, b?.startedAt, b?.verdict, b?.exitCode, b?.durationMs], ['b', null, null, null, null]);
});

test('a drill without a verdict took until its end', () => {
  assert.equal(outcomes([['a', ended]])[0]?.durationMs, 9);
  assert.equal(
    outcomes([
      ['a', verdict('held')],
      ['a', ended],
    ])[0]?.durationMs,
    5,
  );
});

test('a drill that was judged keeps the console of a machine that died, not those of machines that were put away', () => {
  const [a] = outcomes([
    ['a', seen('main', 'one')],
    ['a', stopped('main', 'shutdown')],
    ['a', seen('fork', 'two')],
    ['a', seen('fork', 'three')],
    ['a', stopped('fork', 'died')],
    ['a', seen('other', 'four')],
    ['a', stopped('other', 'dispose')],
    ['a', verdict('broken')],
    ['a', ended],
  ]);
  assert.deepEqual(a?.consoles, [{ machine: 'fork', end: 'died', lines: ['two', 'three'] }]);
});

test('a drill that could not be judged keeps the console of a machine that fell silent', () => {
  const [a] = outcomes([
    ['a', seen('main', 'last words')],
    ['a', stopped('main', 'dispose')],
    ['a', verdict('inconclusive')],
    ['a', ended],
  ]);
  assert.deepEqual(a?.consoles, [{ machine: 'main', end: 'dispose', lines: ['last words'] }]);
});

test('of a long console the end is kept', () => {
  const [a] = outcomes([...Array.from({ length: 500 }, (_, index) => ['a', seen('main', String(index))] as const), ['a', ended]]);
  assert.equal(a?.consoles[0]?.lines.length, 60);
  assert.equal(a.consoles[0].lines.at(-1), '499');
});

test('a drill has the tags that were planned; in runs of a raidlab that told of none it has none', () => {
  const jobs = [{ ...planned('a'), tags: ['missing', 'stale'] }, planned('b')];
  const { drills } = addToResult(emptyResult, { v: 1, seq: 0, at, type: 'run-planned', seed: '1', limit: 1, jobs });
  assert.deepEqual(
    drills.map(({ tags }) => tags),
    [['missing', 'stale'], []],
  );
});
