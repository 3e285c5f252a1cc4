import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { arrayModules, knownRootModules } from '../src/core/image/kernel-abilities.ts';
import { openStore } from '../src/machine/cache/open-store.ts';
import type { OpenStore } from '../src/machine/cache/open-store.ts';
import { defaultCacheBound } from '../src/machine/cache/pick-evictions.ts';
import { createTestContext, failureOf } from '../src/machine/fixtures/scripted-peer.ts';
import { runHostCommand } from '../src/machine/process/host-process.ts';
import { ensureKernel } from '../src/machine/image/kernel/ensure-kernel.ts';

const rootModules = [...knownRootModules, ...arrayModules];

// Kernels of a person's own, made here: an image that says its version, and the list of what is built in. Only busybox comes from a mirror.
const release = '6.12.5-own';

let place: string;
let store: OpenStore;
before(async () => {
  place = await mkdtemp('/var/tmp/raidlab-test-');
  store = await openStore(createTestContext(), {
    ...defaultCacheBound,
    rootHostPath: path.join(place, 'cache'),
    temporaryHostPaths: ['/var/tmp'],
    memoryHostPath: '/dev/shm',
    runtimeHostPath: place,
  });
});
after(async () => {
  await store[Symbol.asyncDispose]();
  await rm(place, { recursive: true, force: true });
});

/** A bzImage as far as its version. Source: Documentation/arch/x86/boot.rst. */
function makeImage(banner: string): Uint8Array {
  const image = Buffer.alloc(0x4000);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x3000, 0x20e);
  image.write(`${banner}\0`, 0x3200, 'latin1');
  return image;
}

async function putFiles(hostPath: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(hostPath, name)), { recursive: true });
    await writeFile(path.join(hostPath, name), content);
  }
  return hostPath;
}

const modulesOf = (directory: string, builtin = rootModules): Record<string, string> => ({
  [`${directory}/modules.builtin`]: builtin.map((name) => `kernel/x/${name}.ko\n`).join(''),
  [`${directory}/modules.order`]: '',
  [`${directory}/kernel/README`]: 'everything is built in\n',
});

async function buildPackage(name: string, depends: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const control = `Package: ${name}\nVersion: 6.12.5-2\nArchitecture: amd64\nMaintainer: Ada <ada@example>\nDescription: x\n${depends}`;
  const tree = await putFiles(path.join(place, 'trees', name), { ...files, 'DEBIAN/control': control });
  // dpkg-deb refuses what the tester's umask may have made of it.
  await chmod(path.join(tree, 'DEBIAN'), 0o755);
  const hostPath = path.join(place, 'packages', `${name}_6.12.5-2_amd64.deb`);
  await mkdir(path.dirname(hostPath), { recursive: true });
  await runHostCommand(createTestContext(), ['dpkg-deb', '--root-owner-group', '--build', tree, hostPath], { purpose: 'build a package' });
  return hostPath;
}

test('a directory becomes a kernel, is found again, and is built anew when one of its files is another', async () => {
  const directoryHostPath = await putFiles(path.join(place, 'linux'), {
    vmlinuz: makeImage(`${release} (ada@nas) #3 SMP`),
    ...modulesOf(`lib/modules/${release}`),
  });
  const built = createTestContext();
  const kernel = await ensureKernel(built, store, { directoryHostPath });
  assert.equal(kernel.version, release);
  assert.equal(kernel.upstreamVersion, '6.12.5');
  assert.equal(kernel.description, `${directoryHostPath} (${release})`);
  assert.ok(built.events.some((event) => event.type === 'image-build-started' && event.artefact === `kernel of ${directoryHostPath}`));
  const found = createTestContext();
  assert.deepEqual(await ensureKernel(found, store, { directoryHostPath }), kernel);
  assert.ok(!found.events.some((event) => event.type === 'image-build-started'));
  await utimes(path.join(directoryHostPath, 'vmlinuz'), 1, 1);
  const again = createTestContext();
  await ensureKernel(again, store, { directoryHostPath });
  assert.ok(again.events.some((event) => event.type === 'image-build-started'));
});

test('packages become a kernel: what a split linux-image leaves to others is taken from beside it, or is asked for by name', async () => {
  const depends = `Depends: kmod, linux-base-${release} (= 6.12.5-2), linux-binary-${release} (= 6.12.5-2), linux-modules-${release} (= 6.12.5-2)\n`;
  const image = await buildPackage(`linux-image-${release}`, depends, { 'usr/share/doc/x': '' });
  const stub = await failureOf(ensureKernel(createTestContext(), store, { packageHostPaths: [image] }));
  assert.ok(stub.reason === 'unusable-kernel-files');
  assert.match(stub.remedy, /put linux-base-6\.12\.5-own, linux-binary-6\.12\.5-own, linux-modules-6\.12\.5-own next to it/u);
  const directory = `usr/lib/modules/${release}`;
  const { [`${directory}/modules.builtin`]: builtin = '', ...modules } = modulesOf(directory);
  await buildPackage(`linux-base-${release}`, '', { [`${directory}/modules.builtin`]: builtin });
  await buildPackage(`linux-binary-${release}`, '', {
    [`${directory}/vmlinuz`]: makeImage(`${release} (x) #1 SMP Debian 6.12.5-2 (2026-01-01)`),
  });
  await buildPackage(`linux-modules-${release}`, '', modules);
  const kernel = await ensureKernel(createTestContext(), store, { packageHostPaths: [image] });
  assert.equal(kernel.version, release);
  assert.equal(kernel.upstreamVersion, '6.12.5');
  assert.match(kernel.description, /^linux-image-6\.12\.5-own 6\.12\.5-2, linux-base-/u);
});

test('a kernel that is not the modules’ own, or cannot have our root, is refused and leaves nothing', async () => {
  const other = await putFiles(path.join(place, 'other'), { vmlinuz: makeImage('6.12.6 (x) #1'), ...modulesOf(`lib/modules/${release}`) });
  const mixed = await failureOf(ensureKernel(createTestContext(), store, { directoryHostPath: other }));
  assert.ok(mixed.reason === 'unusable-kernel-files');
  assert.match(mixed.why, /its vmlinuz is 6\.12\.6, and its modules are for 6\.12\.5-own/u);
  const lean = rootModules.filter((name) => name !== 'ext4');
  const poor = await putFiles(path.join(place, 'poor'), {
    vmlinuz: makeImage('4.9.0-1 (x) #1'),
    ...modulesOf('lib/modules/4.9.0-1', lean),
  });
  const missing = await failureOf(ensureKernel(createTestContext(), store, { directoryHostPath: poor }));
  assert.ok(missing.reason === 'module-missing' && missing.module === 'ext4' && missing.kernel === '4.9.0-1');
});

test('a kernel without erofs or overlayfs gets a root that is whole, whether modules.builtin, its .config or its own words say so', async () => {
  const lean = rootModules.filter((name) => name !== 'erofs');
  const installed = await putFiles(path.join(place, 'old'), {
    vmlinuz: makeImage('4.9.0-2 (x) #1'),
    ...modulesOf('lib/modules/4.9.0-2', lean),
  });
  const needed = ['SERIAL_8250_CONSOLE', 'BLK_DEV_INITRD', 'DEVTMPFS', 'PROC_FS', 'SYSFS', 'TMPFS', 'UNIX', 'EPOLL', 'SIGNALFD'];
  const builtin = [
    'TIMERFD',
    'INOTIFY_USER',
    'MAGIC_SYSRQ',
    'VIRTIO_PCI',
    'VIRTIO_BLK',
    'VIRTIO_CONSOLE',
    'EXT4_FS',
    'BTRFS_FS',
    'SCSI_VIRTIO',
    'DM_CRYPT',
  ];
  const alone = await putFiles(path.join(place, 'alone'), {
    bzImage: makeImage('3.16.0 (x) #1'),
    '.config': [...needed, ...builtin].map((option) => `CONFIG_${option}=y\n`).join(''),
  });
  for (const [directoryHostPath, version] of [[installed, '4.9.0-2'] as const, [alone, '3.16.0'] as const]) {
    const kernel = await ensureKernel(createTestContext(), store, { directoryHostPath });
    assert.equal(kernel.version, version);
    assert.deepEqual(kernel.abilities, { root: 'whole' });
  }
});
