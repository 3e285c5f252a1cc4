import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLayout } from '../core/layout/layout.ts';
import { planArray } from '../core/plan/array.ts';
import { createScriptedMachine } from '../machine/fixtures/scripted-machine.ts';
import type { Answer } from '../machine/fixtures/scripted-machine.ts';
import { createTestContext } from '../machine/fixtures/scripted-peer.ts';
import { describeLostRace } from './lost-race.ts';

interface Seen {
  /** What udev has marked, by device. */
  readonly marks: Readonly<Record<string, string>>;
  /** Whether the kernel has all members. */
  readonly areAllThere: boolean;
}

async function describe({ marks, areAllThere }: Seen): Promise<readonly string[]> {
  const script = (argv: readonly string[]): Answer => {
    const [program = '', verb = ''] = argv;
    if (program === 'btrfs') return { exitCode: areAllThere ? 0 : 1 };
    if (verb !== 'info') throw new Error(`nothing else is typed, and nothing is changed: ${argv.join(' ')}`);
    const mark = marks[argv.at(-1) ?? ''];
    return mark === undefined ? { exitCode: 1, stderr: 'Unknown device' } : { stdout: `${mark}\n` };
  };
  await using machine = createScriptedMachine([script]);
  return await describeLostRace(createTestContext(), machine.guest, planArray(defaultLayout, ['a', 'b', 'c']));
}

test('a member that udev has left behind, though all are there, is named', async () => {
  const race = await describe({ marks: { '/dev/mapper/crypt-btrfs1': '0', '/dev/mapper/crypt-btrfs2': '1' }, areAllThere: true });
  assert.equal(race.length, 1);
  assert.match(race.join(), /^udev has \/dev\/mapper\/crypt-btrfs1 marked as not ready, though all members are there/u);
  assert.match(race.join(), /`udevadm trigger --subsystem-match=block --property-match=ID_BTRFS_READY=0` and `mount \/storage` help/u);
});

test('where a member is missing, or udev knows nothing of btrfs, there was no race', async () => {
  for (const seen of [
    { marks: { '/dev/mapper/crypt-btrfs2': '0' }, areAllThere: false },
    { marks: { '/dev/mapper/crypt-btrfs2': '' }, areAllThere: true },
  ])
    assert.deepEqual(await describe(seen), []);
});
