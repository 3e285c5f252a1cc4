import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseMadison } from './madison.ts';

// apt 2.6.1, November 2026.
const recorded =
  'linux-image-6.1.0-50-cloud-amd64 |  6.1.176-1 | http://mirror.example/debian bookworm/main amd64 Packages\n' +
  'linux-image-6.1.0-50-cloud-amd64 |  6.1.176-1 | http://mirror.example/debian-security bookworm-security/main amd64 Packages\n' +
  'linux-image-6.12.90+deb12.1-cloud-amd64 | 6.12.90-2~bpo12+1 | http://mirror.example/debian bookworm-backports/main amd64 Packages\n' +
  'btrfs-progs |     6.14-1 | http://mirror.example/debian trixie/main Sources\n';

test('each binary package is listed with its version and where it is; sources are passed over', () => {
  assert.deepEqual(parseMadison(recorded), [
    { package: 'linux-image-6.1.0-50-cloud-amd64', version: '6.1.176-1', distribution: 'bookworm' },
    { package: 'linux-image-6.1.0-50-cloud-amd64', version: '6.1.176-1', distribution: 'bookworm-security' },
    { package: 'linux-image-6.12.90+deb12.1-cloud-amd64', version: '6.12.90-2~bpo12+1', distribution: 'bookworm-backports' },
  ]);
  assert.deepEqual(parseMadison(''), []);
});

test('an unknown line is refused, and so is a cut one', () => {
  assert.throws(() => parseMadison(`${recorded}N: something new\n`), UnknownOutput);
  for (let length = 1; length < recorded.length; length += 1) {
    if (recorded[length - 1] !== '\n') assert.throws(() => parseMadison(recorded.slice(0, length)), UnknownOutput);
  }
});
