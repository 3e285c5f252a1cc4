import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import type { DiskSense, ErrorFault, StandingFault } from '../src/core/fault/fault.ts';
import { createOverlay } from '../src/machine/files/disk-image.ts';
import { damageDisk } from '../src/machine/faults/damage-image.ts';
import { createTestContext, failureOf } from '../src/machine/fixtures/scripted-peer.ts';
import type { DiskSpec } from '../src/machine/machine.ts';
import { startMachine } from '../src/machine/start/start-machine.ts';
import { block, fill, insert, kernelLog, look, pathOf, pull, settle, sh } from './rig/guest-disk.ts';
import { openLiveMachine } from './rig/live-machine.ts';

// The first run builds the images.
const imagesTimeoutMs = 600_000;
const ctx = createTestContext();

/** Every node and object that was added for a fault has been taken away again. */
function assertNothingLeft(transcript: string): void {
  const said = transcript
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { message: { execute?: string; arguments?: Record<string, string> } }).message);
  const named = (command: string, key: string): readonly (string | undefined)[] =>
    said.filter(({ execute }) => execute === command).map((message) => message.arguments?.[key]);
  const added = named('blockdev-add', 'node-name').filter((name) => !/-(file|format)$/.test(name ?? ''));
  assert.ok(added.length > 0);
  assert.deepEqual([...added].sort(), [...named('blockdev-del', 'node-name')].sort());
  assert.deepEqual([...named('object-add', 'id')].sort(), [...named('object-del', 'id')].sort());
}

test('errors, on a disk of a running machine', { timeout: imagesTimeoutMs }, async (suite) => {
  await using live = await openLiveMachine(ctx);
  const { machine } = live;
  const at = [{ offsetBytes: 10 * block, lengthBytes: 2 * block }];

  await suite.test('reads fail where they are told to, with a medium error, and writing does not mend it', async () => {
    const fault: StandingFault = { kind: 'read-errors', disk: 'DISK1', at };
    assert.equal(await fill(machine, 'DISK1', 8, 'a1', 8), '');
    await settle(machine);
    await machine.injectFault(ctx, fault);
    assert.deepEqual(machine.faults(), [fault]);
    assert.equal(await look(machine, 'DISK1', 9), '4096 a1');
    for (const bad of [10, 11]) assert.equal(await look(machine, 'DISK1', bad), 'No data available');
    assert.equal(await look(machine, 'DISK1', 12), '4096 a1');
    const half = `dd if=${pathOf('DISK1')} bs=512 skip=87 count=1 iflag=direct status=none`;
    assert.match((await sh(machine, half)).stderr, /No data available/, 'a sector of a block is lost with it');
    const log = await kernelLog(machine);
    assert.match(log, /Sense Key : Medium Error/);
    assert.match(log, /Unrecovered read error/);
    assert.match(log, /critical medium error, dev sd[a-z], sector 80 op 0x0:\(READ\)/);
    assert.equal(await fill(machine, 'DISK1', 10, 'b2'), '');
    assert.equal(await look(machine, 'DISK1', 10), 'No data available');
    assert.equal(await look(machine, 'DISK2', 10), '4096 00', 'the other disk is well');
    await machine.clearFault(ctx, fault);
    assert.deepEqual(machine.faults(), []);
    assert.equal(await look(machine, 'DISK1', 10), '4096 b2');
    assert.equal(await look(machine, 'DISK1', 11), '4096 a1');
  });

  await suite.test('writes fail and change nothing; reads and flushes work', async () => {
    const fault: StandingFault = { kind: 'write-errors', disk: 'DISK1', at };
    await settle(machine);
    await machine.injectFault(ctx, fault);
    assert.equal(await fill(machine, 'DISK1', 11, 'c3'), 'Remote I/O error');
    assert.equal(await look(machine, 'DISK1', 11), '4096 a1');
    assert.equal(await fill(machine, 'DISK1', 12, 'c3'), '', 'beside it all is well, the flush too');
    assert.match(await kernelLog(machine), /critical target error, dev sd[a-z], sector 88 op 0x1:\(WRITE\)/);
    await sh(machine, `blkdiscard -f -o ${String(13 * block)} -l ${String(block)} ${pathOf('DISK1')}`);
    assert.equal(await look(machine, 'DISK1', 13), '4096 00', 'what is discarded is discarded');
    await machine.clearFault(ctx, fault);
    assert.equal(await fill(machine, 'DISK1', 11, 'c3'), '');
    assert.equal(await look(machine, 'DISK1', 11), '4096 c3');
  });

  await suite.test('a disk that fails altogether fails to flush too, and is well again when the fault is gone', async () => {
    const fault: StandingFault = { kind: 'all-errors', disk: 'DISK1' };
    // What is written but not flushed when it fails: then there is something to flush.
    await sh(machine, `dd if=/dev/zero of=${pathOf('DISK1')} bs=4k seek=100 count=1 oflag=direct conv=notrunc status=none`);
    await settle(machine);
    await machine.injectFault(ctx, fault);
    assert.equal(await look(machine, 'DISK1', 0), 'Remote I/O error');
    assert.equal(await fill(machine, 'DISK1', 0, 'd4'), 'Remote I/O error');
    const flush = await sh(machine, `blkdiscard -f -o 0 -l 4096 ${pathOf('DISK1')}; sync -d ${pathOf('DISK1')}`);
    assert.match(flush.stderr, /blkdiscard: .*Remote I\/O error/);
    assert.match(flush.stderr, /sync: .*Remote I\/O error/);
    assert.equal((await sh(machine, `test -b ${pathOf('DISK1')}`)).exitCode, 0, 'it still says that it is there');
    await machine.clearFault(ctx, fault);
    assert.equal(await fill(machine, 'DISK1', 0, 'd4'), '');
    assert.equal(await look(machine, 'DISK1', 0), '4096 d4');
  });

  await suite.test('each third read fails, or is asked again by the kernel where the sense says that it may', async () => {
    const nine = `for at in 0 1 2 3 4 5 6 7 8; do dd if=${pathOf('DISK1')} of=/dev/null bs=4k skip=$at count=1 iflag=direct status=none 2>&1; done`;
    const read9 = async (sense: DiskSense): Promise<number> => {
      const fault: StandingFault = { kind: 'read-errors', disk: 'DISK1', everyNth: 3, sense };
      await settle(machine);
      await machine.injectFault(ctx, fault);
      const { stdout } = await sh(machine, nine);
      await machine.clearFault(ctx, fault);
      return stdout.split('\n').filter((line) => line.includes('error reading')).length;
    };
    assert.equal(await read9('medium-error'), 3);
    assert.equal(await read9('aborted-command'), 0);
    assert.equal((await sh(machine, nine)).stdout, '');
  });

  await suite.test('several faults of one disk stand side by side, and each goes alone', async () => {
    const reads: StandingFault = { kind: 'read-errors', disk: 'DISK1', at };
    const writes: StandingFault = { kind: 'write-errors', disk: 'DISK1', at, sense: 'aborted-command' };
    const slow: StandingFault = { kind: 'slow-disk', disk: 'DISK1', bytesPerSecond: 64 * 1024 ** 2 };
    await settle(machine);
    // Not one after the other: they take turns by themselves.
    await Promise.all([reads, writes, slow].map((fault) => machine.injectFault(ctx, fault)));
    assert.deepEqual(machine.faults(), [reads, writes, slow]);
    assert.equal(await look(machine, 'DISK1', 10), 'No data available');
    assert.equal(await fill(machine, 'DISK1', 10, 'e5'), 'Input/output error');
    await machine.clearFault(ctx, reads);
    assert.equal(await look(machine, 'DISK1', 10), '4096 b2');
    assert.equal(await fill(machine, 'DISK1', 10, 'e5'), 'Input/output error');
    await machine.clearFault(ctx, writes);
    await machine.clearFault(ctx, slow);
    assert.equal(await fill(machine, 'DISK1', 10, 'e5'), '');
    assert.equal(await look(machine, 'DISK1', 10), '4096 e5');
  });

  await suite.test('a fault stays with a disk that is pulled and comes back, and can be given to one that is out', async () => {
    const reads: StandingFault = { kind: 'read-errors', disk: 'DISK1', at };
    const writes: StandingFault = { kind: 'write-errors', disk: 'DISK1', at };
    await machine.injectFault(ctx, reads);
    await pull(machine, live.disk('DISK1'));
    await machine.injectFault(ctx, writes);
    await insert(machine, live.disk('DISK1'));
    await settle(machine);
    assert.equal(await look(machine, 'DISK1', 10), 'No data available');
    assert.equal(await fill(machine, 'DISK1', 10, 'f6'), 'Remote I/O error');
    await machine.clearFault(ctx, reads);
    await machine.clearFault(ctx, writes);
    assert.equal(await look(machine, 'DISK1', 10), '4096 e5');
  });

  await suite.test('what cannot be is refused, and changes nothing', async () => {
    const fault: StandingFault = { kind: 'read-errors', disk: 'DISK1', at: [{ offsetBytes: 256 * 1024 ** 2, lengthBytes: 1 }] };
    await assert.rejects(machine.injectFault(ctx, fault), /beyond the end of a disk of 268435456 bytes/);
    await assert.rejects(machine.injectFault(ctx, { kind: 'read-errors', disk: 'DISK9' }), /DISK9 .* never in the machine/);
    await assert.rejects(machine.clearFault(ctx, fault), /does not have the fault/);
    assert.deepEqual(machine.faults(), []);
  });

  await suite.test('nothing is left of the faults in QEMU', () => {
    assertNothingLeft(readFileSync(join(live.spec.evidenceHostPath, 'qmp.ndjson'), 'utf8'));
  });
});

test('a slow disk, measured', { timeout: imagesTimeoutMs }, async (suite) => {
  await using live = await openLiveMachine(ctx);
  const { machine } = live;
  const timed = async (line: string): Promise<number> => {
    await settle(machine);
    const startedMs = performance.now();
    assert.equal((await sh(machine, line)).exitCode, 0);
    return performance.now() - startedMs;
  };
  const ten = `dd if=${pathOf('DISK1')} of=/dev/null bs=4k count=10 iflag=direct status=none`;
  const four = `dd if=${pathOf('DISK1')} of=/dev/null bs=1M count=4 iflag=direct status=none`;

  await suite.test('five requests per second: 200 ms each, one after the other', async (t) => {
    const fault: StandingFault = { kind: 'slow-disk', disk: 'DISK1', requestsPerSecond: 5 };
    const wellMs = await timed(ten);
    await machine.injectFault(ctx, fault);
    const slowMs = await timed(ten);
    const otherMs = await timed(ten.replace('DISK1', 'DISK2'));
    await machine.clearFault(ctx, fault);
    const againMs = await timed(ten);
    t.diagnostic(`10 reads: ${[wellMs, slowMs, otherMs, againMs].map(Math.round).join(' ')} ms`);
    // The first passes at once, the second after 100 ms.
    assert.ok(slowMs >= 1600, `it took ${String(slowMs)} ms`);
    for (const ms of [wellMs, otherMs, againMs]) assert.ok(ms < slowMs / 2, `it took ${String(ms)} ms`);
  });

  await suite.test('one MiB per second', async (t) => {
    const fault: StandingFault = { kind: 'slow-disk', disk: 'DISK1', bytesPerSecond: 1024 ** 2 };
    await machine.injectFault(ctx, fault);
    const slowMs = await timed(four);
    await machine.clearFault(ctx, fault);
    const againMs = await timed(four);
    t.diagnostic(`4 MiB: ${[slowMs, againMs].map(Math.round).join(' ')} ms`);
    assert.ok(slowMs >= 2800, `it took ${String(slowMs)} ms`);
    assert.ok(againMs < slowMs / 2, `it took ${String(againMs)} ms`);
  });

  await suite.test('a fault that is cleared lets go of the requests that wait for it', async () => {
    const fault: StandingFault = { kind: 'slow-disk', disk: 'DISK1', requestsPerSecond: 1 };
    await settle(machine);
    await machine.injectFault(ctx, fault);
    const reading = await machine.guest.start(ctx, ['sh', '-c', ten.replace('count=10', 'count=200')]);
    await machine.guest.run(ctx, ['sleep', '2']);
    assert.equal(await reading.poll(ctx), undefined, 'it would take 200 s');
    await machine.clearFault(ctx, fault);
    assert.equal((await reading.wait(ctx, 20_000)).exitCode, 0);
  });
});

test('damage, and what outlives a restart', { timeout: imagesTimeoutMs }, async (suite) => {
  await using live = await openLiveMachine(ctx);
  const overlay: DiskSpec = { serial: 'DISK4', hostPath: live.disk('DISK3').hostPath.replace('DISK3.img', 'DISK4.qcow2'), format: 'qcow2' };
  const standing: StandingFault = { kind: 'read-errors', disk: 'DISK1', at: [{ offsetBytes: 20 * block, lengthBytes: block }] };

  for (const serial of ['DISK1', 'DISK4']) {
    await suite.test(`bytes of ${serial} change beneath a running guest, those and no others`, async () => {
      const { machine } = live;
      if (serial === 'DISK4') {
        // A fork's disk: an overlay, over an image that has the content and must not change.
        await createOverlay(ctx, { hostPath: overlay.hostPath, backingHostPath: live.disk('DISK3').hostPath, backingFormat: 'raw' });
        await insert(machine, overlay);
      }
      await settle(machine);
      assert.equal(await fill(machine, serial, 0, 'a1', 32), '');
      await settle(machine);
      const at = [
        { offsetBytes: 3 * block, lengthBytes: block },
        { offsetBytes: 5 * block + 100, lengthBytes: 1 },
      ];
      await machine.injectFault(ctx, { kind: 'silent-corruption', disk: serial, at });
      assert.deepEqual(machine.faults(), [], 'there is nothing that could be cleared');
      assert.equal(await look(machine, serial, 3), '4096 5a');
      assert.equal(await look(machine, serial, 5), '100 a1, 1 5a, 3995 a1');
      for (const untouched of [2, 4, 6]) assert.equal(await look(machine, serial, untouched), '4096 a1');
      await machine.injectFault(ctx, { kind: 'silent-corruption', disk: serial, at });
      assert.equal(await look(machine, serial, 3), '4096 a5', 'done again, it is changed again');
      assert.equal(await fill(machine, serial, 3, 'b2'), '');
      assert.equal(await look(machine, serial, 3), '4096 b2', 'the guest can mend it');
    });
  }

  await suite.test('damage gets past errors and slowness, and leaves them standing', async () => {
    const { machine } = live;
    const dead: StandingFault = { kind: 'all-errors', disk: 'DISK4' };
    const slow: StandingFault = { kind: 'slow-disk', disk: 'DISK4', requestsPerSecond: 1 };
    await settle(machine);
    await machine.injectFault(ctx, dead);
    await machine.injectFault(ctx, slow);
    const startedMs = performance.now();
    await machine.injectFault(ctx, { kind: 'header-wipe', disk: 'DISK4', lengthBytes: 2 * block });
    assert.ok(performance.now() - startedMs < 5000);
    assert.equal(await look(machine, 'DISK4', 0), 'Remote I/O error');
    await machine.clearFault(ctx, dead);
    await machine.clearFault(ctx, slow);
    for (const wiped of [0, 1]) assert.equal(await look(machine, 'DISK4', wiped), '4096 00');
    assert.equal(await look(machine, 'DISK4', 2), '4096 a1');
  });

  await suite.test('errors at a place of an overlay are at that place of the disk, not of the file', async () => {
    const { machine } = live;
    const at = [{ offsetBytes: 200 * block, lengthBytes: block }];
    const fault: ErrorFault = { kind: 'read-errors', disk: 'DISK4', at };
    await settle(machine);
    await machine.injectFault(ctx, fault);
    assert.equal(await look(machine, 'DISK4', 200), 'No data available', 'it comes from the backing image');
    assert.equal(await look(machine, 'DISK4', 201), '4096 00');
    assert.equal(await look(machine, 'DISK4', 2), '4096 a1');
    await machine.clearFault(ctx, fault);
    assert.equal(await look(machine, 'DISK4', 200), '4096 00');
  });

  await suite.test('a disk that was pulled is damaged too', async () => {
    const { machine } = live;
    await pull(machine, overlay);
    await machine.injectFault(ctx, { kind: 'silent-corruption', disk: 'DISK4', at: [{ offsetBytes: 9 * block, lengthBytes: block }] });
    await insert(machine, overlay);
    await settle(machine);
    assert.equal(await look(machine, 'DISK4', 9), '4096 5a');
  });

  await suite.test('an image that is in use cannot be damaged behind the back of its machine', async () => {
    const failure = await failureOf(damageDisk(ctx, overlay, { kind: 'header-wipe', disk: 'DISK4', lengthBytes: block }));
    assert.ok(failure.reason === 'command-failed');
    assert.match(failure.said, /lock/);
  });

  await suite.test('nothing is left of it in QEMU', () => {
    const transcript = readFileSync(join(live.spec.evidenceHostPath, 'qmp.ndjson'), 'utf8');
    assertNothingLeft(transcript);
  });

  await live.machine.injectFault(ctx, standing);
  const faults = live.machine.faults();
  await sh(live.machine, 'sync');
  await live.machine.crash();

  await suite.test('a disk of a machine that is off is damaged, in its overlay alone', async () => {
    await damageDisk(ctx, overlay, { kind: 'silent-corruption', disk: 'DISK4', at: [{ offsetBytes: 11 * block, lengthBytes: block }] });
    assert.ok(readFileSync(live.disk('DISK3').hostPath).every((byte) => byte === 0));
  });

  await using again = await startMachine(ctx, { ...live.spec, disks: [...live.spec.disks, overlay], faults });

  await suite.test('after a restart the disk has its fault, and the damage is there', async () => {
    await settle(again);
    assert.deepEqual(again.faults(), [standing]);
    assert.equal(await look(again, 'DISK1', 20), 'No data available');
    assert.equal(await look(again, 'DISK1', 21), '4096 a1');
    assert.equal(await look(again, 'DISK4', 11), '4096 5a');
    await again.clearFault(ctx, standing);
    assert.equal(await look(again, 'DISK1', 20), '4096 a1');
  });
});
