import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseDmsetupInfo } from './info.ts';

test('mappings have their names and the kernel’s', () => {
  assert.deepEqual(parseDmsetupInfo('crypt-btrfs2 dm-1\ncrypt-btrfs1 dm-0\n'), [
    { name: 'crypt-btrfs2', kernelName: 'dm-1' },
    { name: 'crypt-btrfs1', kernelName: 'dm-0' },
  ]);
  assert.deepEqual(parseDmsetupInfo('No devices found\n'), []);
});

test('what is cut short or of another form is refused', () => {
  for (const text of ['crypt-btrfs2 dm-1', 'crypt-btrfs2\n', 'a b c\n', 'Name BlkDevName\n', 'No devices found\na dm-0\n']) {
    assert.throws(() => parseDmsetupInfo(text), UnknownOutput, text);
  }
});
