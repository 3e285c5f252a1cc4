import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MadisonEntry } from '../../../core/apt/madison.ts';
import { divideByParts, kernelsIn } from './find-available-kernels.ts';
import { requireSuite } from '../packages/suite.ts';

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

test('a kernel whose files are in packages that no suite has cannot be had', () => {
  const kernel = (name: string) => ({ suite: 'trixie-backports', package: `linux-image-${name}`, version: `${name}-1` });
  const split = (name: string) => ({ ...kernel(name), depends: ['kmod', `linux-binary-${name}`, `linux-modules-${name}`] });
  const whole = { ...kernel('6.16'), depends: ['kmod'] };
  // It has all its files itself, and needs another package only to be installed.
  const base = { ...kernel('6.18'), depends: ['kmod', 'linux-base-6.18'] };
  const parts = {
    shown: [whole, base, split('7.0'), split('7.2')],
    names: new Set(['linux-binary-7.0', 'linux-binary-7.2', 'linux-modules-7.2']),
  };
  assert.deepEqual(divideByParts(['6.16', '6.18', '7.0', '7.2'].map(kernel), parts), {
    kernels: [
      { ...kernel('6.16'), parts: [] },
      { ...kernel('6.18'), parts: [] },
      { ...kernel('7.2'), parts: ['linux-binary-7.2', 'linux-modules-7.2'] },
    ],
    incomplete: [{ ...kernel('7.0'), missing: ['linux-modules-7.0'] }],
  });
});
