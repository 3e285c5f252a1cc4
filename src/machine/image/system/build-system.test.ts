import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initramfsMakers } from '../../../core/boot/initramfs-maker.ts';
import type { InitramfsMaker } from '../../../core/boot/initramfs-maker.ts';
import { RaidlabError } from '../../../core/failure/failure.ts';
import { requireSuite } from '../packages/suite.ts';
import { planSystemBootstrap } from './build-system.ts';
import { planSystemKey } from './ensure-system.ts';
import { installedSuites, requireInstalledSuite, whyNotInstalled } from './system-choice.ts';
import type { SystemChoice } from './system-choice.ts';
import { planSystemPackages } from './system-packages.ts';

const choiceOf = (name: string, initramfsMaker: InitramfsMaker = 'initramfs-tools'): SystemChoice => ({
  suite: requireSuite(name),
  initramfsMaker,
});

test('a system is installed without root, with its own kernel, and leaves its boot files outside', () => {
  for (const name of installedSuites) {
    const argv = planSystemBootstrap(choiceOf(name), ['deb http://mirror.example/debian/ x main'], [], '/hooks');
    const include = argv.find((word) => word.startsWith('--include=')) ?? '';
    for (const wanted of ['systemd-sysv', 'linux-image-cloud-amd64', 'cryptsetup-initramfs', 'btrfs-progs'])
      assert.ok(include.includes(wanted), wanted);
    for (const file of ['root.ext4', 'vmlinuz', 'initrd.img'])
      assert.ok(argv.includes(`--customize-hook=download /tmp/${file} ${file}`), file);
  }
});

test('what reads crypttab has a package of its own since trixie', () => {
  assert.ok(!planSystemPackages(choiceOf('bookworm')).includes('systemd-cryptsetup'));
  assert.ok(planSystemPackages(choiceOf('trixie')).includes('systemd-cryptsetup'));
});

test('a system has one initramfs maker, and the hooks that it knows', () => {
  for (const name of installedSuites) {
    const packages = planSystemPackages(choiceOf(name, 'dracut'));
    assert.ok(packages.includes('dracut'));
    for (const other of ['initramfs-tools', 'cryptsetup-initramfs']) assert.ok(!packages.includes(other), other);
  }
});

test('a suite that no system was tried with is refused by name', () => {
  assert.throws(
    () => requireInstalledSuite('sid', {}),
    (error) => error instanceof RaidlabError && error.failure.reason === 'unknown-suite',
  );
});

test('each suite’s system is a cache entry of its own, by initramfs maker', async () => {
  const keys = await Promise.all(
    installedSuites.flatMap((name) => initramfsMakers.map(async (maker) => planSystemKey(choiceOf(name, maker)))),
  );
  assert.equal(new Set(keys.map(({ digest }) => digest)).size, keys.length);
});

test('an installed system has the kernel and the tools of one suite', () => {
  for (const name of installedSuites) assert.equal(whyNotInstalled(name, name), null);
  assert.match(whyNotInstalled('6.1', '6.1') ?? '', /^has its own kernel, that of bookworm or trixie, not 6\.1$/u);
  assert.match(whyNotInstalled('bookworm', 'trixie') ?? '', /not the kernel of bookworm and the tools of trixie$/u);
});
