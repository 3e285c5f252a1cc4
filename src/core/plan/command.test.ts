import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { command, formatCommand } from './command.ts';

/** Anything that can be a word of an argv: everything but NUL. */
const word = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''));
const awkward = fc.constantFrom(
  '',
  ' ',
  "'",
  "''",
  '"',
  '\\',
  '$HOME',
  '`id`',
  '$(id)',
  '*',
  '~',
  '!',
  '#',
  'a b',
  'a\nb',
  '-n',
  '%s',
  "it's",
  '\u00e9',
  'A=b',
);

/** What a real shell makes of a command line. */
function shell(program: string, line: string): string {
  const { stdout, stderr, status } = spawnSync(program, ['-c', line], {
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8', PATH: '/usr/bin:/bin' },
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

test('a shell reads back the very words of a command', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(word, awkward), { minLength: 1, maxLength: 6 }), (words) => {
      const line = formatCommand(command('printf', String.raw`%s\0`, ...words));
      assert.equal(shell('sh', line), words.map((each) => `${each}\0`).join(''));
    }),
    { numRuns: 100 },
  );
});

test('a here-string gives a program what goes to its standard input', () => {
  fc.assert(
    fc.property(fc.oneof(word, awkward), (text) => {
      assert.equal(shell('bash', formatCommand({ argv: ['cat'], stdin: `${text}\n` })), `${text}\n`);
    }),
    { numRuns: 50 },
  );
});

test('plain words stay as they are, for a command is read by people', () => {
  const plain = ['mount', '-t', 'btrfs', '-o', 'degraded,ro', '/dev/mapper/crypt-btrfs2', '/storage', 'UUID=1-2', '100%', 'a_b@c+d:e'];
  assert.equal(formatCommand(command(...plain)), plain.join(' '));
  assert.equal(formatCommand(command('sed', '-i', '/^x /d', '')), "sed -i '/^x /d' ''");
});
