import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check, CheckOutcome } from '../../core/verdict.ts';
import { inOrder } from './prove-array.ts';

const check = (name: string, outcome: CheckOutcome = 'held', evidence = 'seen'): Check => ({
  name,
  claim: name,
  outcome,
  evidence: [evidence],
});

test('checks are told in the order of the proof, wherever they were made', () => {
  const told = inOrder(
    ['mounted', 'profiles', 'device-stats', 'kernel-log'].map((name) => check(name)),
    ['files', 'scrub', 'device-stats', 'reboot'].map((name) => check(name)),
    ['leg-alone-DISK1', 'leg-alone-DISK2'].map((name) => check(name)),
  );
  assert.deepEqual(
    told.map(({ name }) => name),
    ['mounted', 'files', 'profiles', 'scrub', 'device-stats', 'kernel-log', 'leg-alone-DISK1', 'leg-alone-DISK2', 'reboot'],
  );
});

test('of two looks at the error counters the worse one counts, whichever it is', () => {
  const told = (before: CheckOutcome, after: CheckOutcome): string | undefined =>
    inOrder([check('device-stats', before, 'before')], [check('device-stats', after, 'after')], [])[0]?.evidence[0];
  assert.equal(told('held', 'held'), 'before');
  assert.equal(told('held', 'broken'), 'after');
  assert.equal(told('broken', 'held'), 'before');
  assert.equal(told('inconclusive', 'held'), 'before');
});
