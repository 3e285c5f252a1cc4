import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { RaidlabError } from '../../../core/failure/failure.ts';
import { findPackageFiles, siblingsOf, splitDependencies } from './unpack-kernel-packages.ts';

test('the packages of a split linux-image are called as it is', () => {
  assert.deepEqual(siblingsOf('linux-image-7.3.4+deb13-cloud-amd64_7.3.4-1~bpo13+1_amd64.deb'), [
    'linux-base-7.3.4+deb13-cloud-amd64_7.3.4-1~bpo13+1_amd64.deb',
    'linux-binary-7.3.4+deb13-cloud-amd64_7.3.4-1~bpo13+1_amd64.deb',
    'linux-modules-7.3.4+deb13-cloud-amd64_7.3.4-1~bpo13+1_amd64.deb',
  ]);
  assert.deepEqual(siblingsOf('linux-modules-7.3_1_amd64.deb'), []);
});

test('what a split linux-image depends on is named without versions; nothing else of its dependencies is', () => {
  // linux-image-7.3.4+deb13-cloud-amd64 of trixie-backports, November 2026.
  const depends =
    'dracut | initramfs-tools (>= 0.120+deb8u2) | linux-initramfs-tool, linux-base-7.3.4+deb13-cloud-amd64 (= 7.3.4-1~bpo13+1), ' +
    'linux-binary-7.3.4+deb13-cloud-amd64 (= 7.3.4-1~bpo13+1), linux-modules-7.3.4+deb13-cloud-amd64 (= 7.3.4-1~bpo13+1)';
  assert.deepEqual(
    splitDependencies(depends),
    ['base', 'binary', 'modules'].map((part) => `linux-${part}-7.3.4+deb13-cloud-amd64`),
  );
  assert.deepEqual(splitDependencies('kmod, linux-base (>= 4.3~)'), []);
});

test('packages that lie next to a linux-image are taken with it, once', async () => {
  const hostPath = await mkdtemp(path.join(tmpdir(), 'raidlab-test-'));
  try {
    const [image, modules, other] = ['linux-image-7_1_amd64.deb', 'linux-modules-7_1_amd64.deb', 'linux-modules-8_1_amd64.deb'].map(
      (name) => path.join(hostPath, name),
    ) as [string, string, string];
    for (const file of [image, modules, other]) await writeFile(file, '');
    assert.deepEqual(await findPackageFiles([image]), [image, modules]);
    assert.deepEqual(await findPackageFiles([image, modules]), [image, modules]);
    await assert.rejects(
      findPackageFiles([image, path.join(hostPath, 'no.deb')]),
      (error: unknown) => error instanceof RaidlabError && error.failure.reason === 'unusable-kernel-files',
    );
  } finally {
    await rm(hostPath, { recursive: true });
  }
});
