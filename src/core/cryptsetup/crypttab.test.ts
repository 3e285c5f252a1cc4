import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFilesOf } from './crypttab.ts';

test('key files by mapping; a typed passphrase, a comment and half a line are none', () => {
  const text =
    '# crypt-old UUID=0 /old.key luks\ncrypt-btrfs1 UUID=1 /etc/luks/DISK1.key luks,nofail\n\tb\t/dev/x  /b.key\nc UUID=3 none luks\nd UUID=4 -\ne\n\n';
  assert.deepEqual(
    [...keyFilesOf(text)],
    [
      ['crypt-btrfs1', '/etc/luks/DISK1.key'],
      ['b', '/b.key'],
    ],
  );
  assert.deepEqual([...keyFilesOf('')], []);
});
