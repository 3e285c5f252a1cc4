import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RaidlabError } from '../../core/failure.ts';
import { findKernel, findPackageVersions } from './kernel-tree.ts';

const artefact = 'kernel of trixie';

test('a kernel is found however old its packaging is', () => {
  const old = ['boot/vmlinuz-5.10.0-1-cloud-amd64', 'lib/modules/5.10.0-1-cloud-amd64/kernel/fs/a.ko', 'bin/busybox'];
  assert.deepEqual(findKernel(artefact, old), {
    version: '5.10.0-1-cloud-amd64',
    vmlinuz: 'boot/vmlinuz-5.10.0-1-cloud-amd64',
    modules: 'lib/modules/5.10.0-1-cloud-amd64',
    busybox: 'bin/busybox',
  });
  const split = [
    'usr/lib/modules/7.3.4+deb13-cloud-amd64/vmlinuz',
    'usr/lib/modules/7.3.4+deb13-cloud-amd64/kernel/fs/a.ko.xz',
    'usr/bin/busybox',
  ];
  assert.deepEqual(findKernel(artefact, split), {
    version: '7.3.4+deb13-cloud-amd64',
    vmlinuz: 'usr/lib/modules/7.3.4+deb13-cloud-amd64/vmlinuz',
    modules: 'usr/lib/modules/7.3.4+deb13-cloud-amd64',
    busybox: 'usr/bin/busybox',
  });
});

test('packages without modules, vmlinuz or busybox, or with two kernels, are refused', () => {
  const whole = ['boot/vmlinuz-6.1', 'lib/modules/6.1/kernel/a.ko', 'bin/busybox'];
  for (const missing of whole) {
    const rest = whole.filter((name) => name !== missing);
    assert.throws(() => findKernel(artefact, rest), RaidlabError, missing);
  }
  assert.throws(() => findKernel(artefact, [...whole, 'lib/modules/6.2/kernel/a.ko']), /Building kernel of trixie failed/);
});

test('package versions are read from the names of the archives, epochs and all', () => {
  const paths = [
    'var/cache/apt/archives/linux-image-cloud-amd64_6.12.117-1_amd64.deb',
    'var/cache/apt/archives/busybox-static_1%3a1.37.0-6+b9_amd64.deb',
    'var/cache/apt/archives/partial/x_1_all.deb',
    'usr/share/x_1_all.deb',
  ];
  assert.deepEqual(findPackageVersions(paths), { 'linux-image-cloud-amd64': '6.12.117-1', 'busybox-static': '1:1.37.0-6+b9' });
});
