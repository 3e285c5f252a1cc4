import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnknownOutput } from '../unknown-output.ts';
import { parseUnreadableFiles } from './unreadable-files.ts';

test('each file that could not be read is named as it is', () => {
  const stderr = 'grep: /storage/payload/documents/shelf 3/a: b: Input/output error\ngrep: /storage/x: Input/output error\n';
  assert.deepEqual(parseUnreadableFiles(stderr), ['/storage/payload/documents/shelf 3/a: b', '/storage/x']);
  assert.deepEqual(parseUnreadableFiles(''), []);
});

test('any other complaint is refused', () => {
  for (const other of [
    'grep: /storage: No such file or directory\n',
    'grep: /storage/x: Input/output error',
    'grep: /storage/x: Input/output error\n\n',
    'grep: /storage/x: Input/output erro\n',
  ])
    assert.throws(() => parseUnreadableFiles(other), UnknownOutput, other);
});
