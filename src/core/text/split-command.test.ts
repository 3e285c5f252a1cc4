import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatCommand } from '../plan/command.ts';
import { splitCommand } from './split-command.ts';

test('a command is split as a shell splits it', () => {
  for (const text of [
    '',
    ' \t ',
    'btrfs  device stats --check /storage ',
    "'/home/a b/check.sh' /storage",
    '"/home/a b/check.sh" ""',
    '/home/a\\ b/check.sh',
    `a'b c'"d e"f\\'g`,
    `"a \\" b \\\\ c \\d" 'a\\b'`,
    "''",
    "sh -c 'btrfs device stats /storage | grep -q 1'",
  ]) {
    const { stdout } = spawnSync(
      'sh',
      ['-c', `for word in ${text === '' || /^\s+$/u.test(text) ? '' : text}; do printf '%s\\0' "$word"; done`],
      { encoding: 'utf8' },
    );
    assert.deepEqual(splitCommand(text), stdout.split('\0').slice(0, -1), text);
  }
});

test('what only a shell understands is refused', () => {
  for (const text of ['a | b', 'a;b', '$HOME/x', '"$HOME"', '"`id`"', 'a > b', 'ls *', '(a)', 'a &'])
    assert.equal(splitCommand(text), 'needs-shell', text);
  for (const text of ["a 'b", 'a "b', 'a "b\\"', 'a\\']) assert.equal(splitCommand(text), 'quote-not-closed', text);
});

test('what raidlab prints of a command is read back', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (argv) => {
      assert.deepEqual(splitCommand(formatCommand({ argv })), argv);
    }),
  );
});
