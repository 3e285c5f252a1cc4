import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { StandingFault } from '../src/core/fault/fault.ts';
import { createOverlay } from '../src/machine/files/disk-image.ts';
import { createTestContext } from '../src/machine/fixtures/scripted-peer.ts';
import type { DiskSpec } from '../src/machine/machine.ts';
import { forkMachine, startMachine } from '../src/machine/start/start-machine.ts';
import { createMemoryFile } from '../src/machine/template/template-files.ts';
import { block, fill, look, settle } from './rig/guest-disk.ts';
import { openMachineFiles } from './rig/live-machine.ts';

// The first run builds the images.
const imagesTimeoutMs = 600_000;

test('a fork begins with the faults of the machine that was saved, and has its own', { timeout: imagesTimeoutMs }, async () => {
  const ctx = createTestContext();
  await using files = await openMachineFiles(ctx);
  const directoryHostPath = dirname(files.spec.systemHostPath);
  const memoryHostPath = join(directoryHostPath, 'memory');
  const stateHostPath = join(directoryHostPath, 'state');
  const at = [{ offsetBytes: 0, lengthBytes: block }];
  const reads: StandingFault = { kind: 'read-errors', disk: 'DISK1', at };
  const all: StandingFault = { kind: 'all-errors', disk: 'DISK3', at };

  await createMemoryFile(ctx, memoryHostPath, files.spec.memoryMiB);
  await using saved = await startMachine(ctx, files.spec, { memory: { kind: 'shared-file', hostPath: memoryHostPath } });
  await settle(saved);
  assert.equal(await fill(saved, 'DISK1', 0, 'a1', 4), '');
  await settle(saved);
  await saved.injectFault(ctx, reads);
  const faults = saved.faults();
  await saved.save(ctx, stateHostPath);

  const disks: DiskSpec[] = [];
  for (const serial of ['DISK1', 'DISK2', 'DISK3']) {
    const hostPath = join(directoryHostPath, `${serial}.qcow2`);
    await createOverlay(ctx, { hostPath, backingHostPath: files.disk(serial).hostPath, backingFormat: 'raw' });
    disks.push({ serial, hostPath, format: 'qcow2' });
  }
  // DISK3 is plugged into the fork; the template did not have it.
  const spec = { ...files.spec, disks, faults: [...faults, all] };
  await using fork = await forkMachine(ctx, spec, { memoryHostPath, stateHostPath, serials: ['DISK1', 'DISK2'], root: 'joined' });
  await settle(fork);
  assert.deepEqual(fork.faults(), [reads, all]);
  assert.equal(await look(fork, 'DISK1', 0), 'No data available');
  assert.equal(await look(fork, 'DISK1', 1), '4096 a1');
  assert.equal(await look(fork, 'DISK3', 0), 'Remote I/O error');
  assert.equal(await look(fork, 'DISK3', 1), '4096 00');
  await fork.injectFault(ctx, { kind: 'silent-corruption', disk: 'DISK1', at: [{ offsetBytes: 2 * block, lengthBytes: block }] });
  assert.equal(await look(fork, 'DISK1', 2), '4096 5a');
  await fork.clearFault(ctx, reads);
  assert.equal(await look(fork, 'DISK1', 0), '4096 a1');
});
