import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { probeAccelerator } from '../src/machine/accelerator/probe-accelerator.ts';
import { KernelCrash } from '../src/machine/kernel-crash.ts';
import { isProcessAlive, readProcessIdentity } from '../src/machine/process/process-identity.ts';
import type { ProcessIdentity } from '../src/machine/process/process-identity.ts';
import { findQemu } from '../src/machine/qemu/qemu-program.ts';
import { startMachine } from '../src/machine/start/start-machine.ts';
import { createTestContext, failureOf } from '../src/machine/fixtures/scripted-peer.ts';
import { insert, pathOf, pull } from './rig/guest-disk.ts';
import { openLiveMachine, openMachineFiles, openUsersStore } from './rig/live-machine.ts';
import type { LiveMachine } from './rig/live-machine.ts';

// The first run builds the images.
const imagesTimeoutMs = 600_000;

async function listGuestDisks(live: LiveMachine): Promise<readonly string[]> {
  const { stdout } = await live.machine.guest.run(createTestContext(), ['ls', '/dev/disk/by-id']);
  return stdout
    .split('\n')
    .filter((name) => name.startsWith('scsi-0QEMU_QEMU_HARDDISK_'))
    .map((name) => name.slice(25));
}

test('one machine, from boot to shutdown', { timeout: imagesTimeoutMs }, async (suite) => {
  const ctx = createTestContext();
  await using live = await openLiveMachine(ctx);
  const { machine } = live;
  const { guest } = machine;

  await suite.test('it says that it started and booted, and the sweeper can find its process', async () => {
    const started = ctx.events.find(({ type }) => type === 'machine-started');
    assert.equal(started?.type === 'machine-started' && started.pid, machine.pid);
    assert.ok(ctx.events.some(({ type }) => type === 'machine-booted'));
    const recorded = JSON.parse(readFileSync(join(live.spec.scratchHostPath, 'qemu.json'), 'utf8')) as ProcessIdentity;
    assert.deepEqual(recorded, await readProcessIdentity(machine.pid));
  });

  await suite.test('a command gives what it said and how it ended', async () => {
    const { stdout } = await guest.run(ctx, ['uname', '-r']);
    assert.equal(stdout.trim(), live.spec.kernel.version);
    const failed = await guest.run(ctx, ['ls', '/nowhere']);
    assert.equal(failed.exitCode, 2);
    assert.match(failed.stderr, /No such file or directory/);
  });

  await suite.test('a command that is not there is exit 127, one that cannot be run 126', async () => {
    assert.equal((await guest.run(ctx, ['btrsf'])).exitCode, 127);
    assert.equal((await guest.run(ctx, ['/etc/passwd'])).exitCode, 126);
  });

  await suite.test('a command ended by a signal has 128 + its number', async () => {
    assert.equal((await guest.run(ctx, ['sh', '-c', 'kill -KILL $$'])).exitCode, 137);
  });

  await suite.test('input reaches the command', async () => {
    assert.equal((await guest.run(ctx, ['cat'], { input: 'über' })).stdout, 'über');
  });

  await suite.test('1 MiB of output arrives whole', async () => {
    const { stdout } = await guest.run(ctx, ['head', '-c', '1048576', '/dev/zero'], { quiet: true });
    assert.equal(stdout.length, 1048576);
  });

  await suite.test('a command line of 600 arguments and 100 KiB arrives whole', async () => {
    const words = Array.from({ length: 600 }, (_word, at) => `${'x'.repeat(170)}${String(at)}`);
    const { stdout } = await guest.run(ctx, ['printf', '%s\\n', ...words], { quiet: true });
    assert.deepEqual(stdout.trimEnd().split('\n'), words);
  });

  await suite.test('a private file is written and read, and is never anything but private', async () => {
    await guest.writeFile(ctx, '/etc/secret.key', new Uint8Array([0, 255, 10]), 0o600);
    const { stdout } = await guest.run(ctx, ['stat', '-c', '%a %s %U', '/etc/secret.key']);
    assert.equal(stdout, '600 3 root\n');
    await guest.writeFile(ctx, '/etc/secret.key', 'again', 0o644);
    assert.equal(await guest.readFile(ctx, '/etc/secret.key'), 'again');
  });

  await suite.test('a disk is pulled, comes back, and another one joins it', async () => {
    assert.deepEqual(await listGuestDisks(live), ['DISK1', 'DISK2']);
    await pull(machine, live.disk('DISK1'));
    assert.deepEqual(await listGuestDisks(live), ['DISK2']);
    assert.deepEqual(machine.disks(), [live.disk('DISK2')]);
    await insert(machine, live.disk('DISK1'));
    await insert(machine, live.disk('DISK3'));
    assert.deepEqual(await listGuestDisks(live), ['DISK1', 'DISK2', 'DISK3']);
  });

  await suite.test('a disk that has come back has the name of its partition, too', async () => {
    const disk = live.disk('DISK3');
    await guest.run(ctx, ['sfdisk', '--quiet', '--label', 'gpt', pathOf('DISK3')], { input: 'type=linux\n' });
    for (let round = 0; round < 5; round += 1) {
      await pull(machine, disk);
      await insert(machine, disk);
      assert.equal((await guest.run(ctx, ['test', '-b', `${pathOf('DISK3')}-part1`])).exitCode, 0);
    }
  });

  await suite.test('the journal port delivers every line', async () => {
    const lines: string[] = [];
    machine.onJournalLine((line) => lines.push(line));
    await guest.run(ctx, ['dd', 'of=/dev/virtio-ports/org.raidlab.journal'], {
      input: Array.from({ length: 5000 }, (_line, at) => `durable ${String(at)}\n`).join(''),
    });
    for (let tries = 0; lines.length < 5000 && tries < 100; tries += 1) await delay(20);
    assert.deepEqual([lines.length, lines[0], lines.at(-1)], [5000, 'durable 0', 'durable 4999']);
  });

  await suite.test('a command that takes too long, or is interrupted, is gone from the guest', async () => {
    assert.equal((await failureOf(guest.run(ctx, ['sleep', '4711'], { timeoutMs: 300 }))).reason, 'command-timed-out');
    const interrupted = createTestContext();
    const running = guest.run(interrupted, ['sleep', '4712']);
    await delay(300);
    interrupted.abort(new Error('interrupted'));
    await assert.rejects(running, /interrupted/);
    assert.equal((await guest.run(ctx, ['pgrep', '-x', 'sleep'])).exitCode, 1);
  });

  await suite.test('a started command runs while other things are done', async () => {
    const process = await guest.start(ctx, ['sh', '-c', 'read word; echo "$word"'], { input: 'done\n' });
    assert.equal((await guest.run(ctx, ['true'])).exitCode, 0);
    assert.equal((await process.wait(ctx, 10_000)).stdout, 'done\n');
  });

  await suite.test('it shuts down in order, and says so', async () => {
    await machine.shutdown(ctx);
    const stopped = ctx.events.find(({ type }) => type === 'machine-stopped');
    assert.deepEqual(stopped, { type: 'machine-stopped', machine: 'main', how: 'shutdown', detail: 'exit 0' });
    assert.equal((await failureOf(guest.run(ctx, ['true']))).reason, 'qemu-ended');
  });

  await suite.test('its evidence is kept, private', async () => {
    const { evidenceHostPath } = live.spec;
    assert.deepEqual((await readdir(evidenceHostPath)).sort(), ['console.log', 'qmp.ndjson']);
    assert.match(readFileSync(join(evidenceHostPath, 'qmp.ndjson'), 'utf8'), /DEVICE_DELETED/);
  });
});

test(
  'a machine that lost its power starts again from its files, and one that was killed is missed at once',
  { timeout: imagesTimeoutMs },
  async (suite) => {
    const ctx = createTestContext();
    await using live = await openLiveMachine(ctx);

    await suite.test('a power cut loses nothing that the journal port had taken', async () => {
      const lines: string[] = [];
      live.machine.onJournalLine((line) => lines.push(line));
      await live.machine.guest.writeFile(ctx, '/etc/kept', 'kept', 0o644);
      await live.machine.guest.run(ctx, ['sync']);
      await live.machine.guest.run(ctx, ['dd', 'of=/dev/virtio-ports/org.raidlab.journal'], { input: 'durable 1\n' });
      // QEMU looks at its ports in any order: after one more command of the agent's it has looked at this one too.
      await live.machine.guest.run(ctx, ['true']);
      await live.machine.crash();
      assert.deepEqual(lines, ['durable 1']);
    });

    await using again = await startMachine(ctx, live.spec);

    await suite.test('what was synced is there after a power cut', async () => {
      assert.equal(await again.guest.readFile(ctx, '/etc/kept'), 'kept');
    });

    await suite.test('QEMU killed in mid-command is said within a second, and nothing is left of it', async () => {
      const identity = await readProcessIdentity(again.pid);
      const running = failureOf(again.guest.run(ctx, ['sleep', '4711']));
      await delay(300);
      const killedMs = performance.now();
      process.kill(again.pid, 'SIGKILL');
      const failure = await running;
      assert.ok(performance.now() - killedMs < 1000);
      assert.ok(failure.reason === 'qemu-ended');
      assert.equal(failure.how, 'killed by SIGKILL');
      assert.equal(failure.waitingFor, '`sleep 4711` to end');
      await again[Symbol.asyncDispose]();
      assert.ok(identity !== undefined && !(await isProcessAlive(identity)));
      assert.deepEqual(await readdir(live.spec.scratchHostPath), []);
    });
  },
);

test('a kernel that crashes ends every wait with its own words', { timeout: imagesTimeoutMs }, async () => {
  const ctx = createTestContext();
  await using live = await openLiveMachine(ctx);
  const { guest } = live.machine;
  const waiting = guest.run(ctx, ['sleep', '4711']);
  waiting.catch(() => undefined);
  const crash = await guest.run(ctx, ['sh', '-c', 'echo c > /proc/sysrq-trigger']).catch((error: unknown) => error);
  assert.ok(crash instanceof KernelCrash);
  assert.match(crash.trouble.what, /sysrq triggered crash|NULL pointer dereference/);
  assert.equal(crash.trouble.kernel, live.spec.kernel.version);
  assert.equal(crash.trouble.process?.name, 'sh');
  assert.ok(crash.trouble.trace.some((entry) => entry.function === 'sysrq_handle_crash'));
  await assert.rejects(waiting, KernelCrash);
  await assert.rejects(guest.run(ctx, ['true']), KernelCrash);
  assert.ok(ctx.events.some(({ type }) => type === 'kernel-trouble-seen'));
});

test('an agent that stops answering is named', { timeout: imagesTimeoutMs }, async () => {
  const ctx = createTestContext();
  await using live = await openLiveMachine(ctx, { spec: { agentTimeoutMs: 5000 } });
  const { guest } = live.machine;
  // Something in the guest must stop the agent after it has told us that it has started that.
  await guest.start(ctx, ['sh', '-c', 'sleep 0.5; pkill -STOP -x agent']);
  const untilSilent = async (): Promise<void> => {
    for (let tries = 0; tries < 1000; tries += 1) await guest.run(ctx, ['true']);
  };
  const failure = await failureOf(untilSilent());
  assert.equal(failure.reason, 'agent-silent');
});

test('an agent that stops answering is missed while a command runs, too', { timeout: imagesTimeoutMs }, async () => {
  const ctx = createTestContext();
  await using live = await openLiveMachine(ctx, { spec: { agentTimeoutMs: 5000 } });
  const { guest } = live.machine;
  await guest.start(ctx, ['sh', '-c', 'sleep 0.5; pkill -STOP -x agent']);
  const startedMs = performance.now();
  assert.equal((await failureOf(guest.run(ctx, ['sleep', '100']))).reason, 'agent-silent');
  // Before it would have ended, however slow the host is.
  assert.ok(performance.now() - startedMs < 100_000);
});

test('a guest that gives up booting is not waited for', { timeout: imagesTimeoutMs }, async () => {
  const ctx = createTestContext();
  await using files = await openMachineFiles(ctx);
  const startedMs = performance.now();
  // An array disk is no root.
  const failure = await failureOf(startMachine(ctx, { ...files.spec, rootHostPath: files.disk('DISK3').hostPath }));
  assert.ok(failure.reason === 'boot-failed');
  assert.match(failure.said, /^raidlab-init: failed: mounting root/);
  assert.ok(performance.now() - startedMs < 60_000);
  assert.deepEqual(await readdir(files.spec.scratchHostPath), []);
});

test('a machine whose image is missing does not start, and QEMU says why', { timeout: imagesTimeoutMs }, async () => {
  const ctx = createTestContext();
  await using files = await openMachineFiles(ctx);
  const failure = await failureOf(startMachine(ctx, { ...files.spec, rootHostPath: '/nowhere/root.erofs' }));
  assert.ok(failure.reason === 'qemu-refused-to-start');
  assert.match(failure.said, /nowhere\/root\.erofs/);
});

test('an interrupt while booting leaves nothing', { timeout: imagesTimeoutMs }, async () => {
  const ctx = createTestContext();
  await using files = await openMachineFiles(ctx);
  const starting = startMachine(ctx, files.spec);
  while (!ctx.events.some(({ type }) => type === 'machine-started')) await delay(20);
  ctx.abort(new Error('interrupted'));
  await assert.rejects(starting, /interrupted/);
  const started = ctx.events.find((event) => event.type === 'machine-started');
  assert.ok(started !== undefined && !existsSync(`/proc/${String(started.pid)}`));
  assert.deepEqual(await readdir(files.spec.scratchHostPath), []);
});

test('a boot that takes too long is given up with the last console line', { timeout: imagesTimeoutMs }, async () => {
  const ctx = createTestContext();
  await using files = await openMachineFiles(ctx, { spec: { bootTimeoutMs: 1000 } });
  assert.equal((await failureOf(startMachine(ctx, files.spec))).reason, 'boot-timed-out');
});

test('the accelerator probe sees a kernel that boots', { timeout: imagesTimeoutMs }, async () => {
  const ctx = createTestContext();
  await using files = await openMachineFiles(ctx);
  const answer = await probeAccelerator(
    ctx,
    { store: await openUsersStore(ctx), kernel: files.spec.kernel, qemu: await findQemu(ctx) },
    'tcg',
  );
  const { works, seen, bootMs } = answer;
  assert.deepEqual({ works, seen }, { works: true, seen: 'a kernel booted under it' });
  assert.ok(bootMs !== null && bootMs > 0);
});

test('the kernel and tools of bookworm boot too', { timeout: imagesTimeoutMs }, async () => {
  const ctx = createTestContext();
  await using live = await openLiveMachine(ctx, { suite: 'bookworm' });
  assert.match((await live.machine.guest.run(ctx, ['uname', '-r'])).stdout, /^6\.1\./);
  await live.machine.shutdown(ctx);
});
