import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelSeries, newestMatch } from './available-kernel.ts';
import type { AvailableKernel } from './available-kernel.ts';

const kernels: readonly AvailableKernel[] = [
  ['trixie', 'linux-image-6.12.117+deb13-cloud-amd64', '6.12.117-1'],
  ['trixie', 'linux-image-6.12.118+deb13-cloud-amd64', '6.12.118-1'],
  ['bookworm', 'linux-image-6.1.0-50-cloud-amd64', '6.1.176-1'],
  ['bookworm', 'linux-image-6.1.0-56-cloud-amd64', '6.1.192-2'],
  ['bookworm-backports', 'linux-image-6.12.95+deb12-cloud-amd64', '6.12.95-1~bpo12+1'],
  ['trixie-backports', 'linux-image-7.3.4+deb13-cloud-amd64', '7.3.4-1~bpo13+1'],
  ['experimental', 'linux-image-7.4-cloud-amd64', '7.4~rc2-1~exp1'],
].map(([suite = '', name = '', version = '']) => ({ suite, package: name, version }));

test('of the kernels that match, the newest is taken; whole numbers match', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['6.1', '6.1.192-2'],
    ['6.12', '6.12.118-1'],
    ['6.12.95', '6.12.95-1~bpo12+1'],
    ['6', '6.12.118-1'],
    ['7.3', '7.3.4-1~bpo13+1'],
    ['7', '7.4~rc2-1~exp1'],
    ['7.4~rc2', '7.4~rc2-1~exp1'],
    ['7.4~rc1', undefined],
    ['6.13', undefined],
    ['6.12.1', undefined],
    ['6.1.0-50-cloud-amd64', '6.1.176-1'],
    ['6.1.0-50', '6.1.176-1'],
    ['6.1.0', undefined],
    ['6.12.117+deb13', '6.12.117-1'],
    ['6.12.117+deb13-amd64', undefined],
  ];
  for (const [typed, version] of cases) assert.equal(newestMatch(kernels, typed)?.version, version, typed);
});

test('the series that there are, oldest first and once each', () => {
  assert.deepEqual(kernelSeries(kernels), ['6.1', '6.12', '7.3', '7.4']);
});
