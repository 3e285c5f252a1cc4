import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { assertConsoleTaken, leaveKey, openConsole } from './rig/console.ts';
import { keeperOf, openLabProject } from './rig/lab.ts';

// The first run builds the images and the template.
const timeout = 900_000;

test('the console of a lab', { timeout }, async (suite) => {
  await using lab = await openLabProject();
  const { place } = lab;
  await lab.ok('up');

  await suite.test('without a terminal it is refused', async () => {
    const refused = await lab.type('console');
    assert.equal(refused.exitCode, 64);
    assert.match(refused.stderr, /A console needs a terminal/u);
  });

  await suite.test('a root shell on a line of its own, of the terminal’s size, and the kernel’s words', async () => {
    const session = openConsole(lab);
    await session.shown('Ctrl-] leaves.');
    await session.shown('btrfs device stats /storage');
    session.press('echo "$USER$(id -u) $(tty) $(stty size) $TERM"\r');
    await session.shown('0 /dev/hvc0 33 101 xterm');
    session.press("printf 'a\\nb'; echo\r");
    await session.shown('a\r\nb\r\n');
    session.press('echo from-the-kernel > /dev/kmsg\r');
    await session.shown(/\] from-the-kernel/u);
    const { socketHostPath } = await keeperOf(place);
    assert.equal((await stat(join(dirname(socketHostPath), 'machine', 'shell.sock'))).mode & 0o777, 0o600);
    // What says so runs in the foreground, and can be interrupted.
    session.press('sh -c \'echo r"ead"y; exec sleep 1000\'\r');
    await session.shown('ready\r\n');
    session.press('\u0003');
    await session.shown('^C');
    session.press('echo interrupted=$?\r');
    await session.shown('interrupted=130');
    await assertConsoleTaken(lab);
    await session.leave();
  });

  await suite.test('what is started over ssh hears a Ctrl-C, too', async () => {
    // proc_pid_status(5): a bit for each signal that is ignored, the lowest for signal 1.
    const ignored = /^SigIgn:\s+(\S+)$/mu.exec(await lab.ok('ssh', '--', 'cat /proc/self/status'))?.[1] ?? 'none';
    assert.equal(BigInt(`0x${ignored}`) & 0b110n, 0n, ignored);
  });

  await suite.test('its shell stays, and what is shown there is never taken for the kernel’s', async () => {
    await lab.ok('ssh', '--', 'kill -0 $(cat /run/raidlab-console)');
    const session = openConsole(lab);
    await session.shown('Ctrl-] leaves.');
    session.press('echo "[  1.000000] BUG: kernel NULL pointer dereference, address: 0000000000000000"\r');
    await session.shown('address: 0000000000000000\r\n');
    session.press('echo "[  1.000001] Kernel panic - not syncing: "no""\r');
    await session.shown('not syncing: no\r\n');
    session.press('exit\r');
    await session.shown('btrfs device stats /storage');
    await session.leave();
    assert.match(await lab.ok('status'), /default is on/u);
    assert.doesNotMatch(await readFile(join(place.logsHostPath, 'console.log'), 'utf8'), /NULL pointer|not syncing/u);
    assert.equal(await lab.ok('ssh', '--', 'echo well'), 'well\n');
  });

  await suite.test('a program that was left on the screen does not spoil the terminal', async () => {
    const session = openConsole(lab);
    await session.shown('Ctrl-] leaves.');
    session.press('printf \'\\033[?1049h\\033[?25l\'; echo full-"screen"\r');
    await session.shown('full-screen');
    session.press(leaveKey);
    await session.shown('\u001b[?1049l');
    await session.over(0);
  });

  await suite.test('it works after a restore, and a halt ends it', async () => {
    await lab.ok('snapshot', 'save', 'x');
    await lab.ok('snapshot', 'restore', 'x');
    const session = openConsole(lab);
    await session.shown('Ctrl-] leaves.');
    session.press('\recho back-"again"\r');
    await session.shown('back-again');
    await session.leave();
    await lab.ok('halt');
    await lab.ok('up');
  });

  await suite.test('the kernel dies: its last words are shown, the terminal is as before, and why it is off is said', async () => {
    const session = openConsole(lab);
    await session.shown('btrfs device stats /storage');
    session.press('echo c > /proc/sysrq-trigger\r');
    await session.shown('sysrq triggered crash');
    await session.shown('The lab default is off');
    await session.over(69);
    const dead = openConsole(lab);
    await dead.shown('The lab default is off');
    await dead.shown('Kernel panic - not syncing');
    await dead.over(69);
  });
});
