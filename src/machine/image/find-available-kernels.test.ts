import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MadisonEntry } from '../../core/apt/madison.ts';
import { kernelsIn } from './find-available-kernels.ts';
import { requireSuite } from './suite.ts';

const entry = (name: string, version: string, distribution: string): MadisonEntry => ({
  package: `linux-image-${name}`,
  version,
  distribution,
});

test('kernels are those of the cloud flavour; the security archive’s are the suite’s, and backports are not their release’s', () => {
  const suites = ['bookworm', 'bookworm-backports'].map((name) => requireSuite(name));
  const entries = [
    entry('6.1.0-50-cloud-amd64', '6.1.176-1', 'bookworm'),
    entry('6.1.0-50-cloud-amd64', '6.1.176-1', 'bookworm-security'),
    entry('6.1.0-56-cloud-amd64', '6.1.192-2', 'bookworm-security'),
    entry('6.12.95+deb12-cloud-amd64', '6.12.95-1~bpo12+1', 'bookworm-backports'),
    entry('6.1.0-50-amd64', '6.1.176-1', 'bookworm'),
    entry('6.1.0-50-rt-amd64', '6.1.176-1', 'bookworm'),
    entry('6.1.0-50-cloud-amd64-dbg', '6.1.176-1', 'bookworm'),
    entry('6.1.0-50-cloud-amd64-unsigned', '6.1.176-1', 'bookworm'),
    entry('cloud-amd64', '6.1.176-1', 'bookworm'),
    entry('6.12.118+deb13-cloud-amd64', '6.12.118-1', 'trixie'),
  ];
  assert.deepEqual(kernelsIn(entries, suites), [
    { suite: 'bookworm', package: 'linux-image-6.1.0-50-cloud-amd64', version: '6.1.176-1' },
    { suite: 'bookworm', package: 'linux-image-6.1.0-56-cloud-amd64', version: '6.1.192-2' },
    { suite: 'bookworm-backports', package: 'linux-image-6.12.95+deb12-cloud-amd64', version: '6.12.95-1~bpo12+1' },
  ]);
});

test('a release that had no cloud flavour has the plain one', () => {
  const mirrors = { bySuite: { jessie: 'http://archive.example/' } };
  const entries = [entry('3.16.0-6-amd64', '3.16.56-1+deb8u1', 'jessie'), entry('3.16.0-6-amd64-dbg', '3.16.56-1+deb8u1', 'jessie')];
  assert.deepEqual(kernelsIn(entries, [requireSuite('jessie', mirrors)]), [
    { suite: 'jessie', package: 'linux-image-3.16.0-6-amd64', version: '3.16.56-1+deb8u1' },
  ]);
});
