import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EventBody } from '../event.ts';
import { describeAlarm } from './alarm-outcome.ts';
import type { AlarmOutcome } from './alarm-outcome.ts';
import { addToAlarm, judgeAlarm, noAlarmYet } from './judge-alarm.ts';

const fault: EventBody = { type: 'fault-injected', machine: 'main', fault: 'disk-pull', disk: 'DISK1', bytes: null };
const changed = (exitCode: number, said = ''): EventBody => ({ type: 'alarm-changed', machine: 'main', exitCode, said });
const step = (title: string): EventBody => ({ type: 'step-started', drill: 'd', step: 's', title });

function outcomeOf(events: readonly (readonly [number, EventBody])[], runs = 7): AlarmOutcome {
  return judgeAlarm(
    events.reduce((state, [atMs, event]) => addToAlarm(state, event, atMs), noAlarmYet),
    'check',
    runs,
  );
}

test('an alarm that rings after the fault is told with the time that nobody knew, and the step', () => {
  const outcome = outcomeOf([
    [0, changed(0)],
    [1000, step('Pull a disk')],
    [2000, fault],
    [2500, fault],
    [6400, changed(1, 'errors on DISK1\nmore')],
    [7000, changed(2)],
    [9000, changed(0)],
  ]);
  assert.deepEqual(outcome.firstRang, { exitCode: 1, said: 'errors on DISK1\nmore', sinceFaultMs: 4400, step: 'Pull a disk' });
  assert.equal(describeAlarm(outcome), 'rang 4 s after the fault, in "Pull a disk" (exit 1: errors on DISK1)');
});

test('one that still rings at the end says so', () => {
  assert.match(
    describeAlarm(
      outcomeOf([
        [0, changed(0)],
        [1, fault],
        [2, changed(3)],
      ]),
    ),
    /\(exit 3\); it still rang after the repair$/u,
  );
});

test('one that never rings is told with how often it was asked', () => {
  assert.equal(
    describeAlarm(
      outcomeOf([
        [0, changed(0)],
        [1, fault],
      ]),
    ),
    'never rang, in 7 runs',
  );
  assert.equal(describeAlarm(outcomeOf([], 0)), 'never run');
});

test('a false alarm is no alarm', () => {
  const outcome = outcomeOf([
    [0, changed(1, 'never scrubbed')],
    [5, fault],
  ]);
  assert.deepEqual(outcome.rangBefore, { exitCode: 1, said: 'never scrubbed' });
  assert.match(describeAlarm(outcome), /^rang before anything had happened \(exit 1: never scrubbed\)/u);
});

test('one that was ringing when the fault came rings after it, at once', () => {
  assert.equal(
    outcomeOf([
      [0, changed(1)],
      [5, fault],
    ]).firstRang?.sinceFaultMs,
    0,
  );
});

test('a command that is not there does not ring', () => {
  for (const exitCode of [126, 127]) {
    const outcome = outcomeOf([
      [0, changed(exitCode)],
      [5, fault],
    ]);
    assert.deepEqual([outcome.firstRang, outcome.rangBefore, outcome.isBroken], [null, null, true]);
    assert.match(describeAlarm(outcome), /^could not be run/u);
  }
});

test('one that answered before it could not be run has told what it told', () => {
  const outcome = outcomeOf([
    [0, changed(0)],
    [5, fault],
    [7, changed(1)],
    [9, changed(127)],
  ]);
  assert.deepEqual([outcome.firstRang?.sinceFaultMs, outcome.isBroken], [2, false]);
});

test('it rings at the earliest of all ringing runs after the first fault, whatever comes between', () => {
  const event = fc.oneof(
    fc.constant(fault),
    fc.integer({ min: 0, max: 3 }).map((exitCode) => changed(exitCode)),
    fc.constant(step('x')),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      const timed = events.map((each, index) => [index * 100, each] as const);
      const faultAt = events.findIndex(({ type }) => type === 'fault-injected');
      const isRing = (each: EventBody | undefined): boolean => each?.type === 'alarm-changed' && each.exitCode !== 0;
      const lastBefore = events.slice(0, Math.max(0, faultAt)).findLast(({ type }) => type === 'alarm-changed');
      const after = events.findIndex((each, index) => index > faultAt && isRing(each));
      const expected = faultAt === -1 ? undefined : isRing(lastBefore) ? 0 : after === -1 ? undefined : (after - faultAt) * 100;
      assert.equal(outcomeOf(timed).firstRang?.sinceFaultMs, expected);
    }),
  );
});
