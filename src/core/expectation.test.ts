import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSurprises } from './expectation.ts';
import type { Expectation } from './expectation.ts';
import type { Check, CheckOutcome } from './verdict.ts';

const expectation: Expectation = { verdict: 'broken', because: 'it must', breaks: ['profiles', 'leg-alone-*'], source: null };
const check = (name: string, outcome: CheckOutcome): Check => ({ name, claim: name, outcome, evidence: ['seen'] });

test('broken for its own reason is as expected', () => {
  assert.deepEqual(findSurprises(expectation, 'broken', [check('profiles', 'broken'), check('leg-alone-DISK2', 'broken')]), []);
});

test('any other verdict is a surprise, one that is better too', () => {
  for (const verdict of ['held', 'inconclusive', 'crashed', 'skipped'] as const)
    assert.deepEqual(findSurprises(expectation, verdict, [check('profiles', 'broken')]), [`expected broken, was ${verdict}`]);
});

test('broken for another reason is a surprise that names the check', () => {
  const checks = [check('profiles', 'held'), check('leg-alone-DISK2', 'broken'), check('scrub', 'broken')];
  assert.deepEqual(findSurprises(expectation, 'broken', checks), [
    'expected profiles to be broken, and it is not: broken are leg-alone-DISK2, scrub',
  ]);
  assert.deepEqual(findSurprises({ ...expectation, breaks: ['files'] }, 'broken', []), [
    'expected files to be broken, and it is not: broken are none',
  ]);
});
