import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseShow } from './show.ts';

// apt 2.6.1, without the fields that say nothing here.
const shown = `Package: linux-image-7.0.13+deb13-cloud-amd64
Source: linux-signed-amd64 (7.0.13+1~bpo13+1)
Version: 7.0.13-1~bpo13+1
Depends: dracut | initramfs-tools (>= 0.120+deb8u2) | linux-initramfs-tool, linux-binary-7.0.13+deb13-cloud-amd64 (= 7.0.13-1~bpo13+1), linux-modules-7.0.13+deb13-cloud-amd64 (= 7.0.13-1~bpo13+1)
Description: Linux for x86-64 cloud
 The Linux kernel and modules for use on cloud platforms.
Size: 1920

Package: busybox-static
Version: 1:1.37.0-6+b3

`;

test('packages are read with what they depend on, without versions, each of several alternatives', () => {
  assert.deepEqual(parseShow(shown), [
    {
      package: 'linux-image-7.0.13+deb13-cloud-amd64',
      version: '7.0.13-1~bpo13+1',
      depends: [
        'dracut',
        'initramfs-tools',
        'linux-initramfs-tool',
        'linux-binary-7.0.13+deb13-cloud-amd64',
        'linux-modules-7.0.13+deb13-cloud-amd64',
      ],
    },
    { package: 'busybox-static', version: '1:1.37.0-6+b3', depends: [] },
  ]);
  assert.deepEqual(parseShow(''), []);
});

test('what is no stanza, and a stanza that is cut off, are refused', () => {
  assert.throws(() => parseShow(shown.replace('Size: 1920', 'something else')), UnknownOutput);
  assert.throws(() => parseShow(shown.replace(/^Version: 1:.*\n/mu, '')), UnknownOutput);
  assert.throws(() => parseShow(shown.replace('Size: 1920', '<html>')), UnknownOutput);
  for (let length = 1; length < shown.length; length += 1) {
    const prefix = shown.slice(0, length);
    if (prefix.endsWith('\n\n')) continue;
    assert.throws(() => parseShow(prefix), UnknownOutput, JSON.stringify(prefix.slice(-20)));
  }
});
