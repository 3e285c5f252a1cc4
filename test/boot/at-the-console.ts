/*
 * What a person at the console does with a boot that stops: emergency mode, a passphrase, the shell of the initramfs. `npm run test:boot`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { assertConsoleTaken, openConsole } from '../rig/console.ts';
import { openLabProject } from '../rig/lab.ts';

// The first run builds the images; a boot without a disk waits for 90 s and more.
const timeout = 2_400_000;
const bootMs = 240_000;
const execute = promisify(execFile);

test('the console of a lab that systemd boots', { timeout }, async (suite) => {
  await using lab = await openLabProject();
  const ssh = (line: string): Promise<string> => lab.ok('ssh', '--', line);
  const untilReached = async (what: RegExp): Promise<void> => {
    for (let look = 0; look < 120; look += 1) {
      if (what.test(await lab.ok('status'))) return;
      await delay(2000);
    }
    assert.fail(`status never says ${String(what)}`);
  };
  await lab.ok('up', '--boot', 'systemd');
  await ssh('echo mine > /storage/mine; sync');

  await suite.test('root logs in there, and nothing that is shown is taken for the kernel’s words', async () => {
    const session = openConsole(lab);
    await session.shown('Ctrl-] leaves.');
    session.press('\r');
    await session.shown('raidlab login:');
    session.press('root\r');
    await session.shown('btrfs device stats /storage');
    session.press('echo "$USER $(tty) $(stty size)"\r');
    await session.shown('root /dev/ttyS0 33 101');
    session.press('echo "[  1.000000] BUG: kernel NULL pointer dereference, address: 0000000000000000"\r');
    await session.shown('address: 0000000000000000\r\n');
    session.press('echo still-"there"\r');
    await session.shown('still-there');
    await assertConsoleTaken(lab);
    await session.leave();
    assert.match(await lab.ok('status'), /default is on/u);
    assert.equal(await ssh('echo well'), 'well\n');
    assert.match(await readFile(join(lab.place.logsHostPath, 'console.log'), 'utf8'), /raidlab login:/u);
  });

  await suite.test('without `nofail` a missing disk ends in emergency mode; what is mended there goes on to the login', async () => {
    await ssh("sed -i 's/nofail/defaults/' /etc/fstab");
    await lab.ok('disk', 'pull', 'DISK1', '--beyond-redundancy');
    const { exitCode, stdout, stderr } = await lab.type('reload');
    assert.equal(exitCode, 1, stdout + stderr);
    assert.match(stdout, /boot +it ended in emergency mode after/u);
    assert.match(stdout, /go in .* console$/mu);
    assert.match(await lab.ok('status'), /boot +it ended in emergency mode/u);
    const session = openConsole(lab);
    await session.shown(/Press Enter for (?:system )?maintenance/u);
    session.press('\r');
    await session.shown('root@raidlab');
    session.press('sed -i \'s/defaults/nofail/\' /etc/fstab; systemctl daemon-reload; echo men""ded\r');
    await session.shown('mended');
    session.press('systemctl default\r');
    await session.shown('raidlab login:', bootMs);
    await session.leave();
    await untilReached(/boot +the login was reached/u);
    assert.equal(await ssh('systemctl is-active raidlab-ssh.service'), 'active\n');
    assert.match(await lab.ok('disk', 'insert', 'DISK1'), /DISK1/u);
  });

  await suite.test('a passphrase is asked for at the console, and typed there', async () => {
    await ssh(
      'printf opensesame | cryptsetup luksAddKey --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /etc/luks/DISK2.key /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK2 -',
    );
    await ssh("sed -i 's|^\\(crypt-btrfs2 \\S*\\) \\S* \\S*|\\1 none luks|' /etc/crypttab");
    const { exitCode, stdout, stderr } = await lab.type('reload');
    assert.equal(exitCode, 1, stdout + stderr);
    assert.match(stdout, /boot +it waits for a passphrase/u);
    const session = openConsole(lab);
    await session.shown(/Please enter passphrase/u);
    session.press('opensesame\r');
    await session.shown('raidlab login:', bootMs);
    await session.leave();
    await untilReached(/boot +the login was reached/u);
    assert.equal(await ssh('udevadm settle; sleep 5; cat /storage/mine'), 'mine\n');
  });

  await suite.test('in the shell of the initramfs nothing can be asked of it but to lose its power', async () => {
    await lab.ok('halt');
    // The kernel is told another root.
    await execute('tune2fs', ['-U', 'random', lab.place.systemHostPath], {
      env: { ...process.env, PATH: '/usr/sbin:/sbin:/usr/bin:/bin' },
    });
    const { exitCode, stdout, stderr } = await lab.type('up');
    assert.equal(exitCode, 1, stdout + stderr);
    assert.match(stdout, /boot +it ended in the shell of the initramfs after/u);
    const refused = await lab.type('halt');
    assert.equal(refused.exitCode, 69);
    assert.match(refused.stderr, /has not begun/u);
    assert.match(await lab.ok('status'), /The guest could not be examined/u);
    const session = openConsole(lab);
    await session.shown('(initramfs)');
    session.press('echo hel""lo\r');
    await session.shown('hello');
    await session.leave();
    assert.match(await lab.ok('crash'), /its power was cut/u);
  });
});
