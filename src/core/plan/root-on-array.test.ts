import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLayout } from '../layout/layout.ts';
import type { ArrayLayout } from '../layout/layout.ts';
import { planArray } from './array.ts';
import { formatCommand } from './command.ts';
import { planMountRootDegraded, planMoveRoot, rootWordsOf } from './root-on-array.ts';
import type { RootUnlock } from './root-on-array.ts';
import type { InitramfsMaker } from '../boot/initramfs-maker.ts';

const layout: ArrayLayout = {
  ...defaultLayout,
  label: 'root',
  subvolumes: [{ name: '@storage', mountPoint: defaultLayout.mountPoint, options: [] }],
};
const array = planArray(layout, ['UUID-1', 'UUID-2', 'UUID-3']);
const lines = (unlock: RootUnlock, maker: InitramfsMaker = 'initramfs-tools'): readonly string[] =>
  planMoveRoot(array, unlock, maker).map(formatCommand);
const stdinOf = (unlock: RootUnlock, file: string): string =>
  planMoveRoot(array, unlock, 'initramfs-tools').find(({ argv }) => argv.at(-1) === file)?.stdin ?? '';

test('the new root is complete before its initramfs is made, and nothing is written to it afterwards', () => {
  const typed = lines('key-file');
  const at = (part: string): number => typed.findIndex((line) => line.includes(part));
  const made = at('update-initramfs');
  for (const part of ['cp --archive', '/mnt/etc/fstab', '/mnt/etc/crypttab', 'KEYFILE_PATTERN', 'mount --bind /dev'])
    assert.ok(at(part) !== -1 && at(part) < made, part);
  assert.deepEqual(typed.slice(made + 1, made + 3), ['sync', 'umount --recursive /mnt']);
});

test('a member is unlocked by its key file, or by a passphrase that crypttab does not know', () => {
  assert.match(stdinOf('key-file', '/mnt/etc/crypttab'), /^crypt-btrfs1 UUID=UUID-1 \/etc\/luks\/DISK1\.key /u);
  assert.match(stdinOf('passphrase', '/mnt/etc/crypttab'), /^crypt-btrfs1 UUID=UUID-1 none .*\ncrypt-btrfs2 UUID=UUID-2 none /u);
  assert.ok(!lines('passphrase').some((line) => line.includes('KEYFILE_PATTERN')));
  assert.equal(lines('passphrase').filter((line) => line.includes('luksAddKey')).length, 2);
  assert.ok(!lines('key-file').some((line) => line.includes('luksAddKey')));
});

test('dracut takes crypttab into an initramfs for this machine only, and has a command of its own', () => {
  const typed = lines('passphrase', 'dracut');
  const told = typed.findIndex((line) => line.includes('/mnt/etc/dracut.conf.d/root.conf') && line.includes('hostonly="yes"'));
  const made = typed.indexOf('chroot /mnt dracut --force --regenerate-all');
  assert.ok(told !== -1 && told < made, typed.join('\n'));
  assert.ok(!typed.some((line) => line.includes('initramfs-tools') || line.includes('*.key')));
  assert.ok(lines('key-file', 'dracut').some((line) => line.includes('install_items+=" /etc/luks/*.key "')));
});

test('root, files and boot disk each have their line in fstab', () => {
  assert.deepEqual(stdinOf('passphrase', '/mnt/etc/fstab').split('\n'), [
    'LABEL=root / btrfs subvol=@ 0 0',
    'LABEL=root /storage btrfs nofail,subvol=@storage 0 0',
    'LABEL=boot /boot ext2 defaults 0 2',
    '',
  ]);
});

test('the boot loader names the root by its label, and somebody may add options to it', () => {
  assert.deepEqual(rootWordsOf(layout), ['root=LABEL=root', 'ro', 'rootflags=subvol=@']);
  assert.equal(rootWordsOf(layout, 'degraded').at(-1), 'rootflags=subvol=@,degraded');
  assert.equal(
    formatCommand(planMountRootDegraded('/dev/mapper/crypt-btrfs2', 'initramfs-tools')),
    'mount -t btrfs -o degraded,subvol=@ /dev/mapper/crypt-btrfs2 /root',
  );
});
