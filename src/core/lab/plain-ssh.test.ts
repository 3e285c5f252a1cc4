import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPlainSsh } from './plain-ssh.ts';

const plain: readonly (readonly [readonly string[], string, readonly string[]])[] = [
  [['ssh'], 'default', []],
  [['ssh', '--lab', 'wide'], 'wide', []],
  [['ssh', '--', 'true'], 'default', ['true']],
  [['ssh', '--lab', 'wide', '--', 'ls', '--lab', '--', 'x'], 'wide', ['ls', '--lab', '--', 'x']],
  [['ssh', '--'], 'default', []],
];
for (const [argv, lab, words] of plain) {
  test(`read at once: ${argv.join(' ')}`, () => {
    assert.deepEqual(readPlainSsh(argv), { lab, words });
  });
}

test('all else is left to the parser of command lines', () => {
  for (const line of [
    '',
    'up',
    'ssh --help',
    'ssh true',
    'ssh --lab',
    'ssh --lab --',
    'ssh --lab=wide',
    'ssh -- x'.replace('--', '-v'),
    'ssh-config',
    'ssh --lab a b',
  ]) {
    assert.equal(readPlainSsh(line.split(' ')), undefined, line);
  }
});
