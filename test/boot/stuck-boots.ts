/*
 * A boot that crashes, one that hangs, and one that waits for a passphrase that nobody types: told as such, within their limits.
 * `npm run test:boot`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openLabProject } from '../rig/lab.ts';

// The first run builds the images; a boot without an end is given up after 300 s, and there are two.
const timeout = 2_400_000;
const bootLimitMs = 300_000;

/** A unit that the login waits for. */
function plantUnit(name: string, type: string, line: string): string {
  const unit = `[Unit]\nBefore=systemd-user-sessions.service\n[Service]\nType=${type}\nTimeoutStartSec=infinity\nExecStart=/bin/sh -c '${line}'\n[Install]\nWantedBy=multi-user.target\n`;
  return `cat > /etc/systemd/system/${name}.service <<'END'\n${unit}END\nsystemctl enable --quiet ${name}.service; sync`;
}

test('boots that do not reach their login', { timeout }, async (suite) => {
  await using lab = await openLabProject();
  const ssh = (line: string): Promise<string> => lab.ok('ssh', '--', line);
  const untilStatus = async (what: RegExp, timeoutMs: number): Promise<void> => {
    const giveUpMs = performance.now() + timeoutMs;
    for (;;) {
      const said = await lab.ok('status');
      if (what.test(said)) return;
      assert.ok(performance.now() < giveUpMs, `status never says ${String(what)}:\n${said}`);
      await delay(2000);
    }
  };
  await lab.ok('up', '--boot', 'systemd');

  await suite.test('a kernel that crashes in its boot is told as that, and the next boot is another one', async () => {
    await ssh(plantUnit('crash', 'oneshot', 'systemctl disable crash.service; sync; echo c > /proc/sysrq-trigger'));
    const { exitCode, stdout, stderr } = await lab.type('reload');
    assert.equal(exitCode, 3, stdout + stderr);
    assert.match(stderr, /crashed/u);
    assert.match(stderr, /sysrq|panic/iu);
    assert.doesNotMatch(await lab.ok('status'), /default is on/u);
    assert.match(await lab.ok('up'), /boot +the login was reached/u);
  });

  await suite.test('a boot that hangs is given up at its limit, and goes on when somebody helps it', async () => {
    await ssh(plantUnit('hang', 'oneshot', 'exec sleep infinity'));
    const { exitCode, stdout, stderr } = await lab.type('reload');
    assert.equal(exitCode, 1, stdout + stderr);
    assert.match(stdout, /boot +no end within \d+ s.*, in the system: .*hang/u);
    await ssh('systemctl disable --quiet hang.service; systemctl stop --no-block hang.service');
    await untilStatus(/boot +the login was reached/u, bootLimitMs);
  });

  await suite.test('a passphrase that nobody types is told as what is waited for, and then as what there was no end for', async () => {
    await ssh("sed -i 's|^\\(crypt-btrfs2 \\S*\\) \\S* \\S*|\\1 none luks|' /etc/crypttab; sync");
    const { exitCode, stdout, stderr } = await lab.type('reload');
    assert.equal(exitCode, 1, stdout + stderr);
    assert.match(stdout, /boot +it waits for a passphrase \(/u);
    await untilStatus(/boot +no end within \d+ s.*passphrase/u, 3 * bootLimitMs);
    assert.match(await lab.ok('crash'), /its power was cut/u);
  });
});
