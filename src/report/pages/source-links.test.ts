import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkSources } from './source-links.ts';

test('manual pages, commits, issues and files are links; the rest stays', () => {
  assert.equal(linkSources('btrfs-replace(8), -r'), '[btrfs-replace(8)](https://manpages.debian.org/trixie/btrfs-replace.8), -r');
  assert.equal(
    linkSources('introduced by kernel commit 49c6f736f34f; btrfs-progs issue 21; docs/measurements.md'),
    'introduced by [kernel commit 49c6f736f34f](https://git.kernel.org/linus/49c6f736f34f); [btrfs-progs issue 21](https://github.com/kdave/btrfs-progs/issues/21); [docs/measurements.md](../measurements.md)',
  );
  assert.equal(linkSources('https://example.org/a (why)'), '[example.org/a](https://example.org/a) (why)');
  assert.equal(linkSources('https://example.org/a: why'), '[example.org/a](https://example.org/a): why');
  assert.match(linkSources('kernel commit "a: b", 6.4'), /^\[kernel commit "a: b"\]\(https:\/\/git\.kernel\.org\/\S+q=a%3A\+b\), 6\.4$/u);
  assert.equal(linkSources('measured on 6.1'), 'measured on 6.1');
});
