/*
 * The session that raidlab grew from, in a lab that systemd boots: bring it up, restart it with the array, log in, lose a disk, replace it,
 * check. Where the simulation is refused, what it names instead is typed. `npm run test:boot`.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatCommand } from '../../src/core/plan/command.ts';
import type { DrillPlan } from '../../src/core/plan/drill-plan.ts';
import { openLabProject } from '../rig/lab.ts';

// The first run builds the images.
const timeout = 1_800_000;

const inOneLine = (text: string): string => text.replaceAll(/\s+/gu, ' ');

test('the seed’s session in a lab that systemd boots', { timeout }, async (suite) => {
  await using lab = await openLabProject();
  const ssh = (line: string): Promise<string> => lab.ok('ssh', '--', line);
  /** Turns it on; a boot that has lost udev's race (docs/boot.md) says so, and what helps. */
  const untilMounted = async (...words: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await lab.type(...words);
    assert.equal(exitCode, 0, stderr);
    const [, lookAgain, mount] = /systemd issue 5866.*`(udevadm trigger [^`]*)` and `(mount [^`]*)` help/u.exec(inOneLine(stderr)) ?? [];
    if (lookAgain === undefined || mount === undefined) assert.doesNotMatch(stderr, /systemd is not done/u);
    else await ssh(`${lookAgain} && udevadm settle && ${mount}`);
    assert.equal(await ssh('findmnt -no FSTYPE /storage'), 'btrfs\n');
  };
  const check = async (): Promise<void> => {
    assert.doesNotMatch(await ssh('btrfs filesystem usage /storage'), /single/u);
    assert.doesNotMatch(await ssh('btrfs filesystem show /storage'), /missing/u);
    assert.match(await ssh('btrfs scrub start -B /storage'), /no errors found/u);
    await ssh('btrfs device stats --check /storage');
    assert.equal(await ssh('sha256sum --quiet -c /root/sums && cat /storage/more'), 'more\n');
  };

  await suite.test('a machine with blank disks, restarted and provisioned', async () => {
    await lab.ok('up', '--boot', 'systemd', '--no-provision');
    await lab.ok('reload', '--provision');
    assert.equal(await ssh('findmnt -no FSTYPE /storage'), 'btrfs\n');
    await ssh('head -c 64M /dev/urandom > /storage/mine && sha256sum /storage/mine > /root/sums && sync');
  });

  await suite.test('the simulation says what to type instead', async () => {
    const { exitCode, stderr } = await lab.type('simulate-disk-failure');
    assert.equal(exitCode, 64);
    assert.match(inOneLine(stderr), /raidlab drill replace-missing-disk --plan` prints from "Mount degraded" on/u);
  });

  await suite.test('a disk is pulled, and the boot without it reaches its login', async () => {
    await lab.ok('disk', 'pull', 'DISK1');
    const { exitCode, stdout, stderr } = await lab.type('reload');
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^default is on again, after .*\n +boot +the login was reached/u);
    assert.match(stderr, /systemd is not done: it still waits for /u);
    assert.doesNotMatch(stderr, /5866/u);
    assert.equal((await lab.type('ssh', '--', 'findmnt /storage')).exitCode, 1);
    assert.match(await lab.ok('status'), /DISK1 .*out/u);
  });

  await suite.test('it is mounted degraded, and the disk is replaced, as the plan has it', async () => {
    const { steps } = JSON.parse(await lab.ok('drill', 'replace-missing-disk', '--plan', '--json')) as DrillPlan;
    const names = ['mount-degraded', 'replace', 'update-crypttab', 'soft-balance'];
    const uuid = randomUUID();
    await ssh('udevadm wait --timeout=120 /dev/mapper/crypt-btrfs2');
    for (const { name, lines } of steps.filter((step) => names.includes(step.name))) {
      for (const line of lines) if (line.kind === 'command') await ssh(formatCommand(line.command).replaceAll('UUID-OF-DISK3', uuid));
      if (name === 'mount-degraded') await ssh('sha256sum --quiet -c /root/sums && echo more > /storage/more');
    }
    assert.match(await lab.ok('status'), /DISK3 .*crypt-btrfs3/u);
    await check();
  });

  await suite.test('the next boot opens and mounts all of it by itself', async () => {
    await untilMounted('reload');
    await check();
    assert.match(await lab.ok('status'), /DISK3 .*crypt-btrfs3 → devid 1/u);
  });

  await suite.test('the new disk alone has every file; then the lab is again what it was when it was saved', async () => {
    await ssh('echo in-memory > /run/note');
    await lab.ok('snapshot', 'save', 'mended');
    await ssh('umount /storage && cryptsetup close crypt-btrfs2 && btrfs device scan --forget');
    await lab.ok('disk', 'pull', 'DISK2', '--beyond-redundancy');
    await ssh(
      'mount -t btrfs -o degraded /dev/mapper/crypt-btrfs3 /storage && sha256sum --quiet -c /root/sums && rm /run/note /storage/more && sync',
    );
    await lab.ok('snapshot', 'restore', 'mended');
    assert.equal(await ssh('cat /run/note /storage/more'), 'in-memory\nmore\n');
    assert.match(await lab.ok('status'), /boot +the login was reached/u);
    await check();
  });

  await suite.test('halted, and on again from the same disks; destroyed, and nothing is left', async () => {
    assert.match(await lab.ok('halt'), /^default is off\./u);
    await untilMounted('up');
    await check();
    assert.match(await lab.ok('destroy'), /^default is gone/u);
    assert.ok(!existsSync(join(lab.hostPath, '.raidlab')));
  });
});
