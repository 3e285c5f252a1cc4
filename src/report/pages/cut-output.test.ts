import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutOutput } from './cut-output.ts';

const rows = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `row ${String(index)}`);

test('what is short stays whole', () => {
  assert.deepEqual(cutOutput('ls', rows(12)), rows(12));
});

test('of a long output its first lines are shown, and how many more there are', () => {
  assert.deepEqual(cutOutput('ls', rows(30)), [...rows(5), '… 25 more lines']);
  assert.deepEqual(cutOutput('ls', [...rows(40), '… 100 more lines']), [...rows(5), '… 135 more lines']);
});

test('of a tool that is known the lines that matter are shown', () => {
  const said = [...rows(20), 'generation\t\t14', 'num_devices\t\t2'];
  assert.deepEqual(cutOutput('btrfs inspect-internal dump-super /dev/x', said), [
    'generation\t\t14',
    'num_devices\t\t2',
    '… 20 more lines',
  ]);
});
