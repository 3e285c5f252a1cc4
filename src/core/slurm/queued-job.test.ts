import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseSqueue } from './queued-job.ts';

test('a job is its number, its state and its node', () => {
  assert.deepEqual(parseSqueue('7|RUNNING|n1\n'), { id: 7, state: 'RUNNING', node: 'n1' });
  assert.deepEqual(parseSqueue('7|PENDING|\n'), { id: 7, state: 'PENDING', node: null });
  assert.deepEqual(parseSqueue('7|NODE_FAIL|rack[1-2]\n'), { id: 7, state: 'NODE_FAIL', node: 'rack[1-2]' });
});

test('a job that Slurm does not know, or has forgotten, is no line', () => {
  assert.equal(parseSqueue(''), undefined);
});

for (const [what, output] of [
  ['a truncated line', '7|RUNNING|n'],
  ['a state that there is not', '7|ASLEEP|n1\n'],
  ['a state of JavaScript', '7|TOSTRING|n1\n'],
  ['another line', '7|RUNNING|n1\n8|RUNNING|n2\n'],
  ['too few fields', '7|RUNNING\n'],
  ['a header', 'JOBID|STATE|NODELIST\n'],
  ['an error', 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n'],
] as const) {
  test(`refused: ${what}`, () => {
    assert.throws(() => parseSqueue(output), UnknownOutput);
  });
}
