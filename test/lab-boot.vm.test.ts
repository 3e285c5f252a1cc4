import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLabProject } from './rig/lab.ts';

// The first run builds the images.
const timeout = 1_800_000;
const spare = '/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK3';

test('the seed’s session in a lab that systemd boots', { timeout }, async (suite) => {
  await using lab = await openLabProject();
  const ssh = (line: string): Promise<string> => lab.ok('ssh', '--', line);

  await suite.test('an installed system with blank disks, its own kernel and ssh, and no network', async () => {
    assert.match(await lab.ok('up', '--boot', 'systemd', '--no-provision'), /^default is on, after .*\n +boot +the login was reached/u);
    assert.equal(await ssh('ps -o comm= 1; uname -r | cut -d. -f1,2'), 'systemd\n6.12\n');
    assert.match(await ssh('systemctl is-system-running; systemctl --failed --no-legend'), /^running\n$/u);
    assert.equal(await ssh('ip route show default; ls /etc/ssh/ssh_host_* 2> /dev/null | wc -l'), '0\n');
  });

  await suite.test('it has no other kernel, and is no lab for the simulation', async () => {
    for (const [words, said] of [
      [['reload', '--kernel', 'bookworm'], /installed system with its own kernel, that of trixie/u],
      [['up', '--boot', 'systemd', '--kernel', '6.1', '--lab', 'other'], /its own kernel: that of bookworm or trixie, not 6\.1/u],
      [['up', '--boot', 'systemd', '--tools', 'bookworm', '--lab', 'other'], /trixie does not go together with the tools of bookworm/u],
      [['simulate-disk-failure'], /not been built|installed system/u],
    ] as const) {
      const refused = await lab.type(...words);
      assert.equal(refused.exitCode, 64, refused.stdout + refused.stderr);
      assert.match(refused.stderr, said);
    }
    assert.ok(!existsSync(join(lab.hostPath, '.raidlab', 'other')));
  });

  await suite.test('restarted and provisioned, with a payload', async () => {
    await lab.ok('reload', '--provision');
    assert.equal(await ssh('findmnt -no FSTYPE /storage'), 'btrfs\n');
    await ssh('head -c 64M /dev/urandom > /storage/mine && sha256sum /storage/mine > /root/sums && sync');
  });

  await suite.test('a disk is pulled, and the boot without it reaches its login', async () => {
    await lab.ok('disk', 'pull', 'DISK1');
    const { exitCode, stdout, stderr } = await lab.type('reload');
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^default is on again, after .*\n +boot +the login was reached/u);
    assert.match(stderr, /systemd is not done: it still waits for /u);
    assert.equal((await lab.type('ssh', '--', 'findmnt /storage')).exitCode, 1);
    assert.match(await lab.ok('status'), /DISK1 .*out/u);
  });

  await suite.test('it is mounted degraded by hand, and the disk is replaced', async () => {
    await ssh('udevadm wait --timeout=120 /dev/mapper/crypt-btrfs2 && mount -t btrfs -o degraded /dev/mapper/crypt-btrfs2 /storage');
    await ssh('sha256sum --quiet -c /root/sums && echo more > /storage/more');
    const fast = '--batch-mode --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000';
    for (const line of [
      'head -c 128 /dev/urandom > /etc/luks/DISK3.key && chmod 600 /etc/luks/DISK3.key',
      `cryptsetup luksFormat ${fast} --key-file /etc/luks/DISK3.key ${spare}`,
      `cryptsetup open --key-file /etc/luks/DISK3.key ${spare} crypt-btrfs3`,
      'btrfs replace start -B -f 1 /dev/mapper/crypt-btrfs3 /storage',
      "sed -i '/^crypt-btrfs1 /d' /etc/crypttab",
      `echo "crypt-btrfs3 UUID=$(cryptsetup luksUUID ${spare}) /etc/luks/DISK3.key luks,nofail" >> /etc/crypttab`,
      'btrfs balance start -dconvert=raid1,soft -mconvert=raid1,soft /storage',
    ])
      await ssh(line);
    assert.match(await lab.ok('status'), /DISK3 .*crypt-btrfs3/u);
  });

  await suite.test('the next boot opens and mounts all of it by itself', async () => {
    const { exitCode, stderr } = await lab.type('reload');
    assert.equal(exitCode, 0, stderr);
    assert.doesNotMatch(stderr, /systemd is not done/u);
    assert.doesNotMatch(await ssh('btrfs filesystem usage /storage'), /single/u);
    assert.doesNotMatch(await ssh('btrfs filesystem show /storage'), /missing/u);
    assert.equal(await ssh('sha256sum --quiet -c /root/sums && cat /storage/more'), 'more\n');
    assert.match(await lab.ok('status'), /DISK3 .*crypt-btrfs3 → devid 1/u);
  });

  await suite.test('it is saved while it runs, and is again what it was', async () => {
    await ssh('echo in-memory > /run/note');
    await lab.ok('snapshot', 'save', 'mended');
    await ssh('rm /run/note /storage/more; sync');
    await lab.ok('snapshot', 'restore', 'mended');
    assert.equal(await ssh('cat /run/note /storage/more'), 'in-memory\nmore\n');
    assert.match(await lab.ok('status'), /boot +the login was reached/u);
  });

  await suite.test('halted, and on again from the same disks; destroyed, and nothing is left', async () => {
    assert.match(await lab.ok('halt'), /^default is off\./u);
    const { exitCode, stderr } = await lab.type('up');
    assert.equal(exitCode, 0, stderr);
    assert.doesNotMatch(stderr, /systemd is not done/u);
    assert.equal(await ssh('sha256sum --quiet -c /root/sums && cat /storage/more'), 'more\n');
    assert.match(await lab.ok('destroy'), /^default is gone/u);
    assert.ok(!existsSync(join(lab.hostPath, '.raidlab')));
  });
});
