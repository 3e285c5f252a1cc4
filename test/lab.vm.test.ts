import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { childrenOf, keeperOf, listeningOf, openLabProject, untilGone, untilKept } from './rig/lab.ts';
import { openTestDirectory, typeRaidlab } from './rig/raidlab.ts';
import { typeWithMounts } from './rig/with-mounts.ts';

// The first run builds the images and the template.
const timeout = 900_000;

test('a lab, from up to destroy', { timeout }, async (suite) => {
  await using lab = await openLabProject();
  const { place } = lab;

  await suite.test('up makes a machine with the array mounted, and says what to type next', async () => {
    const said = await lab.ok('up');
    assert.match(said, /^default is on, after /u);
    assert.match(said, /array +2 × 1 GiB \+ 1 spare, LUKS2, raid1, mounted on \/storage/u);
    assert.match(said, /ssh$/mu);
  });

  await suite.test('up on a lab that is on does nothing', async () => {
    const before = await keeperOf(place);
    assert.match(await lab.ok('up'), /^default is on already/u);
    assert.deepEqual(await keeperOf(place), before);
  });

  await suite.test('ssh runs what is typed, and its exit status comes through', async () => {
    assert.match(await lab.ok('ssh', '--', 'findmnt', '-no', 'FSTYPE', '/storage'), /^btrfs\n$/u);
    assert.equal((await lab.type('ssh', '--', 'exit 37')).exitCode, 37);
    assert.equal(await lab.ok('ssh', '--', 'printf', '%s|', 'a b', "it's", '$HOME'), "a b|it's|$HOME|");
    assert.match(await lab.ok('ssh', '--', 'ls /dev/mapper | sort'), /crypt-btrfs1\ncrypt-btrfs2\n/u);
  });

  await suite.test('the message of the day says what is what', async () => {
    const motd = await lab.ok('ssh', '--', 'cat', '/etc/motd');
    for (const word of ['DISK1   crypt-btrfs1, devid 1', 'DISK3   blank, a spare', 'btrfs device stats /storage', 'raidlab disk pull']) {
      assert.ok(motd.includes(word), word);
    }
  });

  await suite.test('files go in and out', async () => {
    await writeFile(join(lab.hostPath, 'note'), 'hello\n');
    await lab.ok('cp', 'note', ':/storage/note');
    await lab.ok('cp', ':/storage/note', 'back');
    assert.equal(await readFile(join(lab.hostPath, 'back'), 'utf8'), 'hello\n');
    await lab.ok('ssh', '--', 'sync');
  });

  await suite.test('it listens on the loopback only, and its keys and sockets are its user’s', async () => {
    const { owner, socketHostPath } = await keeperOf(place);
    const [qemu = 0] = await childrenOf(owner.pid, 'qemu-system-x86_64');
    const addresses = [...(await listeningOf(qemu)), ...(await listeningOf(owner.pid))];
    assert.equal(addresses.length, 1);
    assert.match(addresses[0] ?? '', /^127\.0\.0\.1:\d+$/u);
    assert.equal((await stat(socketHostPath)).mode & 0o777, 0o600);
    for (const name of (await readdir(place.sshHostPath)).filter((entry) => !entry.endsWith('.pub'))) {
      assert.equal((await stat(join(place.sshHostPath, name))).mode & 0o777, 0o600, name);
    }
    for (const hostPath of [place.hostPath, place.disksHostPath, place.sshHostPath, place.logsHostPath]) {
      assert.equal((await stat(hostPath)).mode & 0o777, 0o700, hostPath);
    }
  });

  await suite.test('the guest reaches nobody: no route, and not even the host', async () => {
    assert.equal(await lab.ok('ssh', '--', 'ip route show default'), '');
    const open = "timeout 5 bash -c '</dev/tcp/10.0.2.2/22' 2>/dev/null; echo $?";
    assert.notEqual((await lab.ok('ssh', '--', open)).trim(), '0');
  });

  await suite.test('the lab is listed, and its console is kept', async () => {
    const { labs } = JSON.parse(await lab.ok('ls', '--json')) as { readonly labs: readonly { readonly name: string }[] };
    assert.deepEqual(
      labs.map(({ name }) => name),
      ['default'],
    );
    await lab.ok('ssh', '--', 'echo raidlab-was-here > /dev/kmsg');
    assert.match(await lab.ok('logs'), /raidlab-was-here/u);
  });

  await suite.test('halt leaves nothing running or listening; the disks stay', async () => {
    const { owner, socketHostPath } = await keeperOf(place);
    const [qemu = 0] = await childrenOf(owner.pid, 'qemu-system-x86_64');
    assert.match(await lab.ok('halt'), /^default is off\./u);
    await Promise.all([untilGone(owner.pid), untilGone(qemu)]);
    assert.ok(!existsSync(socketHostPath));
    assert.ok(!existsSync(place.keeperHostPath));
    assert.match(await lab.ok('status'), /default is off: it was halted/u);
    assert.match(await lab.ok('halt'), /was already off/u);
    const refused = await lab.type('ssh', '--', 'true');
    assert.equal(refused.exitCode, 69);
    assert.match(refused.stderr, /The lab default is off: it was halted/u);
  });

  await suite.test('reload turns it on from the same disks', async () => {
    assert.match(await lab.ok('reload'), /^default is on again/u);
    assert.equal(await lab.ok('ssh', '--', 'cat', '/storage/note'), 'hello\n');
  });

  await suite.test('a power cut loses nothing that was synced', async () => {
    await lab.ok('crash');
    assert.match(await lab.ok('status'), /default is off: its power was cut/u);
    await lab.ok('up');
    assert.equal(await lab.ok('ssh', '--', 'cat', '/storage/note'), 'hello\n');
  });

  await suite.test('a session under which the kernel dies ends with 255, and the lab says what the kernel said', async () => {
    const { exitCode } = await lab.type('ssh', '--', 'echo c > /proc/sysrq-trigger; sleep 60');
    assert.equal(exitCode, 255);
    const { owner } = await keeperOf(place).catch(() => ({ owner: { pid: 0 } }));
    if (owner.pid !== 0) await untilGone(owner.pid);
    const status = await lab.ok('status');
    assert.match(status, /default died: /u);
    assert.match(status, /sysrq triggered crash/u);
  });

  await suite.test('destroy leaves nothing, and on none says so', async () => {
    assert.match(await lab.ok('destroy'), /^default is gone/u);
    assert.ok(!existsSync(join(lab.hostPath, '.raidlab')));
    assert.match(await lab.ok('destroy'), /nothing to remove/u);
    assert.match(await lab.ok('ls'), /You have no lab/u);
    const refused = await lab.type('halt');
    assert.equal(refused.exitCode, 64);
    assert.match(refused.stderr, /There is no lab called "default"/u);
  });
});

test('what goes wrong with a lab is told, and loses nothing', { timeout }, async (suite) => {
  await using lab = await openLabProject();
  const { place } = lab;

  await suite.test('two that turn it on at once: one does, the other waits and finds it on', async () => {
    const both = await Promise.all([lab.type('up'), lab.type('up')]);
    assert.deepEqual(
      both.map(({ exitCode }) => exitCode),
      [0, 0],
    );
    const said = both.map(({ stdout }) => stdout.split('\n')[0] ?? '').sort();
    assert.match(said[0] ?? '', /^default is on already/u);
    assert.match(said[1] ?? '', /^default is on, after/u);
    await lab.ok('ssh', '--', 'echo kept > /storage/kept; sync');
  });

  await suite.test('QEMU killed: the lab died, says how, and comes back from its disks', async () => {
    const { owner } = await keeperOf(place);
    const [qemu = 0] = await childrenOf(owner.pid, 'qemu-system-x86_64');
    process.kill(qemu, 'SIGKILL');
    await untilGone(owner.pid);
    assert.match(await lab.ok('status'), /default died: .*SIGKILL/u);
    await lab.ok('up');
    assert.equal(await lab.ok('ssh', '--', 'cat', '/storage/kept'), 'kept\n');
  });

  await suite.test('its keeper killed: QEMU dies with it, the lab says so, and comes back', async () => {
    const { owner } = await keeperOf(place);
    const [qemu = 0] = await childrenOf(owner.pid, 'qemu-system-x86_64');
    process.kill(owner.pid, 'SIGKILL');
    await Promise.all([untilGone(owner.pid), untilGone(qemu)]);
    assert.match(await lab.ok('status'), /default died: the process that kept it was killed/u);
    assert.match((await lab.type('ssh', '--', 'true')).stderr, /The lab default is off: the process that kept it was killed/u);
    await lab.ok('up');
    assert.equal(await lab.ok('ssh', '--', 'cat', '/storage/kept'), 'kept\n');
  });

  await suite.test('the host restarted while it was on: that is said, and it comes back', async () => {
    const { owner } = await keeperOf(place);
    process.kill(owner.pid, 'SIGKILL');
    await untilGone(owner.pid);
    const record = await keeperOf(place);
    // What is left after a restart: the files of another boot, and no process.
    await writeFile(place.keeperHostPath, JSON.stringify({ ...record, owner: { ...record.owner, bootId: 'an-earlier-one' } }));
    assert.match(await lab.ok('status'), /default died: the host was restarted while it was on/u);
    await lab.ok('up');
    assert.equal(await lab.ok('ssh', '--', 'cat', '/storage/kept'), 'kept\n');
  });

  await suite.test('a state that cannot be read is refused as it is, and destroy still works', async () => {
    await lab.ok('halt');
    const good = await readFile(place.stateHostPath, 'utf8');
    for (const [text, said] of [
      [good.slice(0, 200), /cannot be read as the state of a lab/u],
      [good.replace('"v": 1', '"v": 2'), /was written by a newer raidlab/u],
    ] as const) {
      await writeFile(place.stateHostPath, text);
      for (const word of ['up', 'status', 'reload', 'ssh']) {
        const refused = await lab.type(word);
        assert.equal(refused.exitCode, 69, word);
        assert.match(refused.stderr, said);
      }
      assert.equal(await readFile(place.stateHostPath, 'utf8'), text);
    }
    await writeFile(place.stateHostPath, good);
  });

  await suite.test('a port that is taken is refused when it was asked for, and another is found when it was not', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const refused = await lab.type('up', '--ssh-port', String(port));
    assert.equal(refused.exitCode, 69);
    assert.match(refused.stderr, new RegExp(`Port ${String(port)} of the loopback is used by another program`, 'u'));
    assert.match(await lab.ok('status'), /default is off: it was halted/u);
    server.close();
    assert.match(await lab.ok('up', '--ssh-port', String(port)), new RegExp(`port ${String(port)},`, 'u'));
    assert.equal(await lab.ok('ssh', '--', 'cat', '/storage/kept'), 'kept\n');
  });

  await suite.test('other wishes than what the lab is are refused', async () => {
    const refused = await lab.type('up', '--disks', '4', '--profile', 'raid10');
    assert.equal(refused.exitCode, 64);
    assert.match(refused.stderr, /The lab default already exists, with 2 × 1 GiB/u);
  });

  await suite.test('an image that is missing is named before anything starts', async () => {
    await lab.ok('halt');
    const { rename } = await import('node:fs/promises');
    await rename(join(place.disksHostPath, 'DISK2.raw'), join(lab.hostPath, 'DISK2.raw'));
    const refused = await lab.type('up');
    assert.equal(refused.exitCode, 69);
    assert.match(refused.stderr, /has lost the image of DISK2/u);
    await rename(join(lab.hostPath, 'DISK2.raw'), join(place.disksHostPath, 'DISK2.raw'));
  });

  await suite.test('a disk that is full: exit 69, which disk, and nothing of the lab runs', async () => {
    await using directory = await openTestDirectory();
    const project = join(directory.hostPath, 'project');
    const small = `mkdir "${project}"; mount -t tmpfs -o size=20m none "${project}"; cd "${project}"`;
    // The keeper goes after it has answered: it has ten seconds.
    const isGone = '[ -z "$(find .raidlab -name keeper.json)" ]';
    const after = `for look in $(seq 100); do ${isGone} && break; sleep 0.1; done; find .raidlab -name keeper.json -printf 'left: %p\\n'`;
    const scripts = { before: small, after };
    const env = { XDG_STATE_HOME: join(directory.hostPath, 'state') };
    const { exitCode, said } = await typeWithMounts(directory.hostPath, scripts, ['up'], env);
    assert.equal(exitCode, 69, said);
    assert.match(said, /No space left on the disk that holds/u);
    assert.doesNotMatch(said, /^left:/mu);
  });

  await suite.test('an up that is interrupted leaves nothing running', async () => {
    const typed = typeRaidlab(lab.hostPath, ['up'], lab.env);
    await untilKept(place);
    typed.child.kill('SIGINT');
    const { exitCode } = await typed.ended;
    assert.ok(exitCode === 130 || exitCode === 0, String(exitCode));
    const keeper = await keeperOf(place).catch(() => undefined);
    if (exitCode === 130 && keeper !== undefined) await untilGone(keeper.owner.pid);
  });
});
