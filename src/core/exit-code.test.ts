import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodes, exitCodesBySeverity, mostSevere } from './exit-code.ts';

test('the most severe exit code of several drills decides, whatever the order', () => {
  for (const [index, severe] of exitCodesBySeverity.entries()) {
    for (const milder of exitCodesBySeverity.slice(index)) {
      assert.equal(mostSevere([milder, severe, milder]), severe);
      assert.equal(mostSevere([severe, milder]), severe);
    }
  }
});

test('every exit code has its place in the order', () => {
  assert.deepEqual([...exitCodesBySeverity].sort(), Object.values(exitCodes).sort());
});

test('nothing to report is held', () => {
  assert.equal(mostSevere([]), 0);
});
