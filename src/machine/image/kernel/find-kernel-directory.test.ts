import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { RaidlabError } from '../../../core/failure/failure.ts';
import { findKernelDirectory } from './find-kernel-directory.ts';

/** Makes a directory with these files, empty unless their content is given; `lib → usr/lib` makes a link. */
async function withDirectory(
  files: readonly (string | { readonly name: string; readonly content: Uint8Array | string })[],
  use: (hostPath: string) => Promise<void>,
): Promise<void> {
  const hostPath = await mkdtemp(path.join(tmpdir(), 'raidlab-test-'));
  try {
    for (const file of files) {
      if (typeof file !== 'string') {
        await mkdir(path.dirname(path.join(hostPath, file.name)), { recursive: true });
        await writeFile(path.join(hostPath, file.name), file.content);
        continue;
      }
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
      assert.equal(found.moduleFiles.get('modules.builtin'), path.join(hostPath, modules, 'modules.builtin'));
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
      /Keep only one/u,
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

/** A bzImage as far as its version, with a gzip in it. Source: Documentation/arch/x86/boot.rst. */
function makeImage(release: string, code = ''): Buffer {
  const payload = gzipSync(code);
  const image = Buffer.alloc(0x1000 + payload.length);
  image.writeUInt8(1, 0x1f1);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x20d, 0x206);
  image.writeUInt16LE(0x200, 0x20e);
  image.writeUInt32LE(0xc00, 0x248);
  image.writeUInt32LE(payload.length, 0x24c);
  image.write(`${release} (ada@nas) #1 SMP\0`, 0x400, 'latin1');
  payload.copy(image, 0x1000);
  return image;
}

const guest = ['SERIAL_8250_CONSOLE', 'BLK_DEV_INITRD', 'DEVTMPFS', 'PROC_FS', 'SYSFS', 'TMPFS', 'UNIX', 'EPOLL', 'SIGNALFD', 'TIMERFD'];
const configOf = (...options: readonly string[]): string =>
  [...guest, 'INOTIFY_USER', 'MAGIC_SYSRQ'].map((option) => `CONFIG_${option}=y\n`).join('') +
  options.map((option) => `CONFIG_${option}\n`).join('');

test('the tree in which a kernel was built is a kernel, with its modules where they were built', async () => {
  const bzImage = { name: 'arch/x86/boot/bzImage', content: makeImage('3.16.0') };
  const builtin = { name: 'modules.builtin', content: 'kernel/fs/ext4/ext4.ko\n' };
  const orders: readonly string[] = ['kernel/fs/btrfs/btrfs.ko\n', 'fs/btrfs/btrfs.o\n'];
  for (const content of orders) {
    await withDirectory([bzImage, builtin, { name: 'modules.order', content }, 'fs/btrfs/btrfs.ko'], async (hostPath) => {
      const found = await findKernelDirectory(hostPath);
      assert.equal(found.version, '3.16.0');
      assert.equal(found.moduleFiles.get('kernel/fs/btrfs/btrfs.ko'), path.join(hostPath, 'fs/btrfs/btrfs.ko'));
      assert.equal(found.moduleFiles.get('modules.builtin'), path.join(hostPath, 'modules.builtin'));
    });
  }
});

test('a kernel alone says by its .config or by its code what is built in', async () => {
  const builtin = ['virtio_pci', 'virtio_blk', 'ext4'];
  const config = configOf('VIRTIO_PCI=y', 'VIRTIO_BLK=y', 'EXT4_FS=y');
  const code = 'virtio-pci\0virtio_blk\0ext4\0';
  const shapes: Readonly<Record<string, Parameters<typeof withDirectory>[0]>> = {
    '.config': [
      { name: 'bzImage', content: makeImage('3.16.0') },
      { name: '.config', content: config },
    ],
    code: [{ name: 'vmlinuz', content: makeImage('3.16.0', code) }],
  };
  for (const [name, files] of Object.entries(shapes)) {
    await withDirectory(files, async (hostPath) => {
      const found = await findKernelDirectory(hostPath);
      assert.deepEqual(found.builtins, builtin, name);
      assert.equal(found.version, '3.16.0');
      assert.equal(found.moduleFiles.size, 0);
    });
  }
});

test('what a configuration lacks, and modules that are not built, are refused with what to do', async () => {
  const image = { name: 'arch/x86/boot/bzImage', content: makeImage('4.9.229') };
  const refused: readonly (readonly [config: string, why: RegExp, remedy: RegExp])[] = [
    [configOf('EXT4_FS=y').replace('CONFIG_DEVTMPFS=y\n', ''), /lacks what a machine needs: CONFIG_DEVTMPFS$/u, /=y/u],
    [configOf('MODULES=y', 'EXT4_FS=m'), /ext4 should be modules/u, /make modules$/u],
  ];
  for (const [content, why, remedy] of refused) {
    await withDirectory([image, { name: '.config', content }], async (hostPath) => {
      await assert.rejects(findKernelDirectory(hostPath), (error: unknown) => {
        assert.ok(error instanceof RaidlabError && error.failure.reason === 'unusable-kernel-files');
        assert.match(error.failure.why, why);
        assert.match(error.failure.remedy, remedy);
        return true;
      });
    });
  }
});
