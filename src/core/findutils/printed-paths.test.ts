import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parsePrintedPaths } from './printed-paths.ts';

test('each path is given as it is', () => {
  const stdout = '/storage/payload/documents/shelf 3/a: b\n/storage/x\n';
  assert.deepEqual(parsePrintedPaths(stdout), ['/storage/payload/documents/shelf 3/a: b', '/storage/x']);
  assert.deepEqual(parsePrintedPaths(''), []);
});

test('what is no path, and a path cut short, is refused', () => {
  for (const other of ['storage/x\n', '/storage/x', '/storage/x\n\n', '/storage/x\nsecond line\n', '/\n'])
    assert.throws(() => parsePrintedPaths(other), UnknownOutput, JSON.stringify(other));
});
