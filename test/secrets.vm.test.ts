import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultLayout } from '../src/core/layout/layout.ts';
import { planArray, planCreateArray } from '../src/core/plan/array.ts';
import { ask, typeCommand } from '../src/storage/type-command.ts';
import { createTestContext } from '../src/machine/fixtures/scripted-peer.ts';
import { openLiveMachine } from './rig/live-machine.ts';
import { listBelow } from './rig/raidlab.ts';

test('no key of a container is in an event, a log, a transcript or a process list', { timeout: 600_000 }, async () => {
  const ctx = createTestContext();
  await using live = await openLiveMachine(ctx);
  const { guest } = live.machine;
  const array = planArray({ ...defaultLayout, spareSizesBytes: [] }, [randomUUID(), randomUUID()]);
  const processLists: string[] = [];
  for (const planned of planCreateArray(array)) {
    await typeCommand(ctx, guest, planned);
    processLists.push(await ask(ctx, guest, { argv: ['ps', '-eo', 'args'] }, String));
  }

  // Read by a context of its own, so that the reading itself is not what is found.
  const reader = createTestContext();
  const keys: Buffer[] = [];
  for (const keyGuestPath of array.members.flatMap((member) => member.keyGuestPath ?? [])) {
    keys.push(Buffer.from((await guest.run(reader, ['base64', '--wrap=0', keyGuestPath], { quiet: true })).stdout, 'base64'));
    assert.equal((await guest.run(reader, ['stat', '--format=%a', keyGuestPath])).stdout.trim(), '600');
  }
  assert.deepEqual(
    keys.map((key) => key.length),
    [128, 128],
  );

  const texts = [JSON.stringify(ctx.events), ...processLists, ...(await hostCommandLines())];
  for (const name of await listBelow(live.spec.evidenceHostPath)) {
    const hostPath = join(live.spec.evidenceHostPath, name);
    assert.equal((await stat(hostPath)).mode & 0o077, 0, `${name} is private`);
    texts.push(await readFile(hostPath, 'latin1'));
  }
  for (const key of keys) {
    // A piece of the key is enough, and survives wrapping: in hex, in base64 (at each of its three phases), raw.
    const pieces = [
      key.toString('hex').slice(0, 24),
      ...[0, 1, 2].map((phase) => key.subarray(phase).toString('base64').slice(4, 24)),
      key.toString('latin1').slice(0, 12),
    ];
    for (const text of texts) for (const piece of pieces) assert.ok(!text.includes(piece));
  }
});

async function hostCommandLines(): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  return Promise.all(pids.map(async (pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}
