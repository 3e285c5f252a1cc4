import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exitCodeMeanings, exitCodes } from '../exit-code.ts';
import { exitCodeOfDrill, judgeChecks } from './verdict.ts';
import type { Check, CheckOutcome, Verdict } from './verdict.ts';

const checks = (...outcomes: readonly CheckOutcome[]): readonly Check[] =>
  outcomes.map((outcome, index) => ({ name: `check-${String(index)}`, claim: 'It is so', outcome, evidence: ['seen'] }));

test('broken outweighs inconclusive, which outweighs held; no check at all is inconclusive', () => {
  const table: readonly (readonly [readonly CheckOutcome[], Verdict])[] = [
    [[], 'inconclusive'],
    [['held'], 'held'],
    [['held', 'held'], 'held'],
    [['inconclusive'], 'inconclusive'],
    [['held', 'inconclusive', 'held'], 'inconclusive'],
    [['broken'], 'broken'],
    [['held', 'broken'], 'broken'],
    [['inconclusive', 'broken', 'inconclusive'], 'broken'],
  ];
  for (const [outcomes, verdict] of table) assert.equal(judgeChecks(checks(...outcomes)), verdict, outcomes.join(' '));
});

test('held is only what holds in every check, in whatever order they come', () => {
  const outcome = fc.constantFrom<CheckOutcome>('held', 'broken', 'inconclusive');
  fc.assert(
    fc.property(fc.array(outcome), fc.nat(), (outcomes, turn) => {
      const verdict = judgeChecks(checks(...outcomes));
      const at = turn % (outcomes.length + 1);
      assert.equal(judgeChecks(checks(...outcomes.slice(at), ...outcomes.slice(0, at))), verdict);
      assert.equal(verdict === 'held', outcomes.length > 0 && outcomes.every((each) => each === 'held'));
      assert.equal(verdict === 'broken', outcomes.includes('broken'));
    }),
  );
});

test('each verdict has the exit code that is documented', () => {
  const verdicts: readonly Verdict[] = ['held', 'broken', 'inconclusive', 'crashed', 'skipped'];
  const codes = (surprises: readonly string[] | null, strict: boolean) =>
    verdicts.map((verdict) => exitCodeOfDrill({ verdict, surprises }, strict));
  assert.deepEqual(codes(null, false), [0, 1, 2, 3, 0]);
  assert.deepEqual(codes(null, true), [0, 1, 2, 3, 2]);
  assert.deepEqual(codes([], false), [0, 0, 0, 0, 0]);
  assert.deepEqual(codes(['expected broken, was held'], false), [1, 1, 2, 3, 0]);
});

test('every exit code is one number with one meaning', () => {
  assert.equal(new Set(Object.values(exitCodes)).size, Object.keys(exitCodes).length);
  assert.deepEqual(Object.keys(exitCodeMeanings), Object.keys(exitCodes));
  assert.ok(Object.values(exitCodeMeanings).every((meaning) => meaning !== ''));
});
