import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellingLines } from './telling-lines.ts';

// mmdebstrap 1.3.5 --verbose, a hook that failed; November 2026. What the hook said stands before what mmdebstrap says of it.
const failedHook = [
  'Get:1 http://mirror.example/debian trixie/main amd64 busybox-static amd64 1:1.37.0-6+b9 [955 kB]',
  'Fetched 955 kB in 0s (18.4 MB/s)',
  'I: extracting archives...',
  'W: skipping mounting of proc because the /proc directory is missing in the target',
  'I: running --customize-hook directly: /var/tmp/hooks/customize /tmp/mmdebstrap.0Ob_BRWiII',
  'find: Failed to restore initial working directory: /root: Permission denied',
  'E: setup failed: E: command failed: /var/tmp/hooks/customize',
  'I: main() received signal PIPE: waiting for setup...',
  'I: removing tempdir /tmp/mmdebstrap.0Ob_BRWiII...',
  'E: mmdebstrap failed to run',
];

test('what a failing hook said is shown, and no routine', () => {
  assert.deepEqual(tellingLines(failedHook).split('\n'), [
    'find: Failed to restore initial working directory: /root: Permission denied',
    'E: setup failed: E: command failed: /var/tmp/hooks/customize',
    'E: mmdebstrap failed to run',
  ]);
});

test('an error that was told long before the end is shown, with what apt says below it', () => {
  const chatter = Array.from({ length: 40 }, (_, index) => `line ${String(index)}`);
  const early = ['Err:1 http://mirror.example/debian trixie InRelease', "  Temporary failure resolving 'mirror.example'"];
  const shown = tellingLines([...early, ...chatter]).split('\n');
  assert.deepEqual(shown.slice(0, 2), early);
  assert.deepEqual(shown.slice(2), chatter.slice(-20));
});

test('where all is routine the last lines are shown, and of nothing nothing', () => {
  assert.equal(tellingLines(['Setting up udev', 'I: done', '']), 'Setting up udev\nI: done');
  assert.equal(tellingLines(['', '  ']), '');
});

test('what any line says is shown when it is the last one that says something', () => {
  for (const line of ['mkfs.erofs: cannot open', 'Killed', 'newuidmap: write to uid_map failed: Operation not permitted']) {
    assert.equal(tellingLines([...failedHook.slice(0, 4), line, '', 'I: removing tempdir']), line);
  }
});
