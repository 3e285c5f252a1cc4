import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createTestContext } from '../src/machine/fixtures/scripted-peer.ts';
import { openLabProject } from './rig/lab.ts';
import { putLeanKernel } from './rig/lean-kernel.ts';
import { openUsersStore } from './rig/live-machine.ts';
import { readEvents } from './rig/raidlab.ts';

test('a kernel without erofs and overlayfs, in a directory', { timeout: 1_800_000 }, async (suite) => {
  await using project = await openLabProject();
  const ctx = createTestContext();
  {
    await using store = await openUsersStore(ctx);
    await putLeanKernel(ctx, store, join(project.hostPath, 'linux'));
  }

  await suite.test('the plan says what becomes of the root', async () => {
    const plan = await project.ok('drill', '--kernel', './linux', '--plan');
    assert.match(plan, /^Linux 5\.10\.0, tools of trixie; the root is ext4, because the kernel lacks erofs or overlayfs\.$/mu);
  });

  await suite.test('the default drill holds, in forks of a template', async () => {
    await project.ok('drill', '--kernel', './linux');
    const booted = (await readEvents(project.hostPath)).filter((event) => event.type === 'machine-booted');
    assert.ok(booted.some((event) => event.machine === 'main' && event.from === 'template'));
  });

  await suite.test('what is written to the root of a lab is there after a reload, and so is the array', async () => {
    await project.ok('up', '--kernel', './linux');
    await project.ok('ssh', '--', 'echo kept > /etc/kept; touch /storage/kept');
    await project.ok('reload');
    assert.equal(await project.ok('ssh', '--', 'cat /etc/kept; ls /storage/kept; findmnt -no FSTYPE /'), 'kept\n/storage/kept\next4\n');
  });
});
