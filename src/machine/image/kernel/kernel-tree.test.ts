import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBusybox, findKernel, findPackageVersions } from './kernel-tree.ts';

test('a kernel is found however old its packaging is', () => {
  const old = 'lib/modules/5.10.0-1-cloud-amd64';
  assert.deepEqual(findKernel(['boot/vmlinuz-5.10.0-1-cloud-amd64', `${old}/kernel/fs/a.ko`, `${old}/modules.builtin`, 'bin/busybox']), {
    version: '5.10.0-1-cloud-amd64',
    vmlinuz: 'boot/vmlinuz-5.10.0-1-cloud-amd64',
    modules: old,
  });
  const split = 'usr/lib/modules/7.3.4+deb13-cloud-amd64';
  assert.deepEqual(findKernel([`${split}/vmlinuz`, `${split}/kernel/fs/a.ko.xz`, `${split}/modules.builtin`]), {
    version: '7.3.4+deb13-cloud-amd64',
    vmlinuz: `${split}/vmlinuz`,
    modules: split,
  });
});

test('a tree without modules or vmlinuz, or with two kernels, is refused and says why', () => {
  const whole = ['boot/vmlinuz-6.1', 'lib/modules/6.1/kernel/a.ko', 'lib/modules/6.1/modules.builtin'];
  assert.deepEqual(findKernel(whole.slice(0, 1)), { problem: 'there are no kernel modules' });
  assert.deepEqual(findKernel(whole.slice(1)), { problem: 'there are the modules of 6.1, but no vmlinuz' });
  assert.deepEqual(findKernel(whole.slice(0, 2)), { problem: 'there are the modules of 6.1, but no modules.builtin' });
  assert.deepEqual(findKernel([...whole, 'lib/modules/6.2/kernel/a.ko']), {
    problem: 'there are modules of more than one kernel (6.1, 6.2)',
  });
});

test('busybox is found where the release has it', () => {
  assert.equal(findBusybox(['bin/busybox']), 'bin/busybox');
  assert.equal(findBusybox(['usr/bin/busybox', 'bin/busybox']), 'usr/bin/busybox');
  assert.equal(findBusybox(['usr/share/busybox']), undefined);
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
