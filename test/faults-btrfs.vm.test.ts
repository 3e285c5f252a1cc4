import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StandingFault } from '../src/core/fault/fault.ts';
import { createTestContext } from '../src/machine/fixtures/scripted-peer.ts';
import { block, pathOf, sh } from './rig/guest-disk.ts';
import { openLiveMachine } from './rig/live-machine.ts';

// The first run builds the images.
const imagesTimeoutMs = 600_000;
const ctx = createTestContext();

test('what btrfs counts of it', { timeout: imagesTimeoutMs }, async (suite) => {
  await using live = await openLiveMachine(ctx);
  const { machine } = live;
  const marker = 'here-lies-the-data';
  /** What `device stats` counts of DISK2, what is zero left out; and begins to count anew. */
  const takeStats = async (): Promise<ReadonlyMap<string, number>> => {
    const disk = (await sh(machine, `readlink -f ${pathOf('DISK2')}`)).stdout.trim();
    const { stdout } = await machine.guest.run(ctx, ['btrfs', 'device', 'stats', '-z', '/mnt']);
    const counts = stdout.split('\n').flatMap((line) => {
      const [, name, count] = /^\[(?:.*)\]\.(\w+) +(\d+)$/.exec(line.startsWith(`[${disk}]`) ? line : '') ?? [];
      return name === undefined || count === '0' ? [] : [[name, Number(count)] as const];
    });
    return new Map(counts);
  };
  const scrub = async (): Promise<string> => (await sh(machine, 'btrfs scrub start -B /mnt')).stdout;
  const write = (): ReturnType<typeof sh> => sh(machine, 'head -c 1M /dev/urandom > /mnt/more && sync');
  const assertMended = async (): Promise<void> => {
    await scrub();
    assert.match(await scrub(), /no errors found/);
    await takeStats();
  };

  const make = `mkfs.btrfs -q -f -d raid1 -m raid1 ${pathOf('DISK1')} ${pathOf('DISK2')} && mount ${pathOf('DISK1')} /mnt`;
  const made = await sh(machine, `${make} && yes ${marker} | head -c 4M > /mnt/file && sync`);
  assert.equal(made.exitCode, 0, made.stderr);

  await suite.test('reads that fail', async () => {
    const fault: StandingFault = { kind: 'read-errors', disk: 'DISK2' };
    await machine.injectFault(ctx, fault);
    const intact = `echo 3 > /proc/sys/vm/drop_caches; yes ${marker} | head -c 4M | cmp - /mnt/file`;
    assert.equal((await sh(machine, intact)).exitCode, 0, 'the other copy is read');
    assert.match(await scrub(), /read=\d{3,}/);
    assert.ok(((await takeStats()).get('read_io_errs') ?? 0) >= 1024);
    await machine.clearFault(ctx, fault);
    await assertMended();
  });

  await suite.test('writes that fail, counted only in part when the disk calls them medium errors', async () => {
    const counts: number[] = [];
    for (const sense of ['hardware-error', 'medium-error'] as const) {
      const fault: StandingFault = { kind: 'write-errors', disk: 'DISK2', sense };
      await machine.injectFault(ctx, fault);
      assert.equal((await write()).exitCode, 0, 'nobody is told');
      counts.push((await takeStats()).get('write_io_errs') ?? 0);
      await machine.clearFault(ctx, fault);
      await assertMended();
    }
    const [hardware = 0, medium = 0] = counts;
    assert.ok(medium > 0 && hardware > medium, counts.join(' '));
  });

  await suite.test('everything that fails', async () => {
    const fault: StandingFault = { kind: 'all-errors', disk: 'DISK2' };
    await machine.injectFault(ctx, fault);
    assert.equal((await write()).exitCode, 0, 'nobody is told');
    const stats = await takeStats();
    assert.ok((stats.get('write_io_errs') ?? 0) > 0);
    assert.ok((stats.get('flush_io_errs') ?? 0) > 0);
    await machine.clearFault(ctx, fault);
    await assertMended();
  });

  await suite.test('silent corruption, block by block', async () => {
    const { stdout } = await sh(machine, `grep -obUaF -m1 ${marker} ${pathOf('DISK2')}`);
    const offsetBytes = Number(/^\d+/.exec(stdout)?.[0]);
    await machine.injectFault(ctx, { kind: 'silent-corruption', disk: 'DISK2', at: [{ offsetBytes, lengthBytes: 16 * block }] });
    const said = await scrub();
    assert.match(said, /Error summary: +csum=16\n +Corrected: +16\n/);
    assert.deepEqual([...(await takeStats())], [['corruption_errs', 16]]);
    await assertMended();
  });
});
