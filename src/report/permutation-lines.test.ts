import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckOutcome } from '../core/verdict/verdict.ts';
import { addToCase, permutationLines } from './permutation-lines.ts';
import type { CaseResult } from './permutation-lines.ts';

const nothingYet: CaseResult = { when: 'as it was asked', verdict: null, notHeld: [] };
const check = (name: string, outcome: CheckOutcome) =>
  ({ type: 'check-judged', drill: 'prove', check: { name, claim: '', outcome, evidence: [] } }) as const;

test('a case has the checks that did not hold, and its verdict', () => {
  const reached = {
    type: 'verdict-reached',
    drill: 'prove',
    verdict: 'broken',
    summary: '',
    durationMs: 1,
    expectation: null,
    surprises: null,
  } as const;
  const result = [check('script', 'held'), check('profiles', 'broken'), check('files', 'inconclusive'), reached].reduce(
    addToCase,
    nothingYet,
  );
  assert.deepEqual(result, { when: 'as it was asked', verdict: 'broken', notHeld: ['profiles', 'files'] });
});

test('the table has a line for each case, those without a verdict too', () => {
  const lines = permutationLines('replace.sh', [
    { ...nothingYet, verdict: 'held' },
    { when: 'when the array is nearly full', verdict: 'broken', notHeld: ['script', 'mounted'] },
    { when: 'when it is DISK2 instead of DISK1', verdict: null, notHeld: [] },
  ]);
  assert.deepEqual(
    lines.map(({ spans }) => spans.map(({ text }) => text).join('')),
    [
      'replace.sh held in 1 of 3 cases',
      '✓ held          as it was asked',
      '✗ broken        when the array is nearly full  script, mounted',
      '- no verdict    when it is DISK2 instead of DISK1',
    ],
  );
});
