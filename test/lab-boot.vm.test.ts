import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLabProject } from './rig/lab.ts';

// The first run builds the images. What people do in such a lab, and at its console, is typed by `npm run test:boot`.
const timeout = 1_200_000;

test('a lab that systemd boots', { timeout }, async (suite) => {
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
      [['up', '--boot', 'systemd', '--kernel', '6.1', '--lab', 'other'], /its own kernel, that of bookworm or trixie, not 6\.1/u],
      [['up', '--boot', 'systemd', '--tools', 'bookworm', '--lab', 'other'], /not the kernel of trixie and the tools of bookworm/u],
      [['simulate-disk-failure'], /it is an installed system, .*by hand: `\S.*raidlab disk pull DISK1`/su],
    ] as const) {
      const refused = await lab.type(...words);
      assert.equal(refused.exitCode, 64, refused.stdout + refused.stderr);
      assert.match(refused.stderr, said);
    }
    assert.ok(!existsSync(join(lab.hostPath, '.raidlab', 'other')));
  });

  await suite.test('destroyed, and nothing is left', async () => {
    assert.match(await lab.ok('destroy'), /^default is gone/u);
    assert.ok(!existsSync(join(lab.hostPath, '.raidlab')));
  });
});
