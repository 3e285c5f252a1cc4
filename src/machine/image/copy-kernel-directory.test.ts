import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { RaidlabError } from '../../core/failure.ts';
import { findKernelDirectory } from './copy-kernel-directory.ts';

/** Makes a directory with these files, all empty; `lib → usr/lib` makes a link. */
async function withDirectory(files: readonly string[], use: (hostPath: string) => Promise<void>): Promise<void> {
  const hostPath = await mkdtemp(path.join(tmpdir(), 'raidlab-test-'));
  try {
    for (const file of files) {
      const [name = '', target] = file.split(' → ');
      await mkdir(path.dirname(path.join(hostPath, name)), { recursive: true });
      if (target === undefined) await writeFile(path.join(hostPath, name), '');
      else await symlink(target, path.join(hostPath, name));
    }
    await use(hostPath);
  } finally {
    await rm(hostPath, { recursive: true });
  }
}

const places: readonly (readonly [files: readonly string[], vmlinuz: string, modules: string])[] = [
  [['vmlinuz', 'lib/modules/6.12.5/modules.builtin'], 'vmlinuz', 'lib/modules/6.12.5'],
  [['boot/vmlinuz-6.12.5', 'usr/lib/modules/6.12.5/modules.builtin'], 'boot/vmlinuz-6.12.5', 'usr/lib/modules/6.12.5'],
  [['usr/lib/modules/7.3/vmlinuz', 'usr/lib/modules/7.3/modules.builtin'], 'usr/lib/modules/7.3/vmlinuz', 'usr/lib/modules/7.3'],
  [['arch/x86/boot/bzImage', 'lib/modules/7.4.0-rc1/modules.builtin'], 'arch/x86/boot/bzImage', 'lib/modules/7.4.0-rc1'],
  [['vmlinuz', 'usr/lib/modules/6.1/modules.builtin', 'lib → usr/lib'], 'vmlinuz', 'usr/lib/modules/6.1'],
  [['vmlinuz', 'lib/modules/6.1/modules.builtin', 'lib/modules/gone/kernel/a.ko'], 'vmlinuz', 'lib/modules/6.1'],
];

test('a kernel is found where builds and packages leave it', async () => {
  for (const [files, vmlinuz, modules] of places) {
    await withDirectory(files, async (hostPath) => {
      const found = await findKernelDirectory(hostPath);
      assert.equal(found.vmlinuzHostPath, path.join(hostPath, vmlinuz));
      assert.equal(found.modulesHostPath, path.join(hostPath, modules));
      assert.equal(found.version, path.basename(modules));
    });
  }
});

test('a directory without a kernel, or with two, is refused with what to do', async () => {
  const refused: readonly (readonly [files: readonly string[], why: RegExp, remedy: RegExp])[] = [
    [['vmlinuz'], /no modules in lib\/modules\/VERSION/u, /make modules_install INSTALL_MOD_PATH=\//u],
    [['lib/modules/6.1/modules.builtin'], /modules of 6\.1, but no vmlinuz/u, /cp arch\/x86\/boot\/bzImage \//u],
    [['boot/vmlinuz-6.2', 'lib/modules/6.1/modules.builtin'], /no vmlinuz/u, /bzImage/u],
    [
      ['vmlinuz', 'lib/modules/6.1/modules.builtin', 'lib/modules/6.2/modules.builtin'],
      /more than one kernel \(6\.1, 6\.2\)/u,
      /Leave one/u,
    ],
  ];
  for (const [files, why, remedy] of refused) {
    await withDirectory(files, async (hostPath) => {
      await assert.rejects(findKernelDirectory(hostPath), (error: unknown) => {
        assert.ok(error instanceof RaidlabError && error.failure.reason === 'unusable-kernel-files');
        assert.match(error.failure.why, why);
        assert.match(error.failure.remedy, remedy);
        return true;
      });
    });
  }
  await assert.rejects(findKernelDirectory('/nonesuch'), /there is no such directory/u);
});
