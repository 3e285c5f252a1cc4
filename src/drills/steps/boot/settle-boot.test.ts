import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../../../machine/fixtures/scripted-machine.ts';
import { openScriptedDrill } from '../../fixtures/scripted-drill.ts';
import { settleBoot } from './settle-boot.ts';
import type { SettledBoot } from './settle-boot.ts';

const waits = '44 storage.mount start waiting\n45 dev-disk-by\\x2dlabel-storage.device start running\n';

interface Seen {
  /** What udev has marked, by device. */
  readonly marks: Readonly<Record<string, string>>;
  /** Whether the kernel has all members. */
  readonly areAllThere: boolean;
}

/** Settles a boot in which systemd waits until udev is told to look again, or for two looks. */
async function settle({ marks, areAllThere }: Seen): Promise<SettledBoot & { readonly triggers: number; readonly remarks: number }> {
  let looks = 0;
  let triggers = 0;
  const script = (argv: readonly string[]): Answer => {
    const [program = '', verb = ''] = argv;
    if (program === 'systemctl') return { stdout: (looks += 1) > 2 || triggers > 0 ? '' : waits };
    if (program === 'btrfs') return { exitCode: areAllThere ? 0 : 1 };
    if (verb === 'trigger') triggers += 1;
    if (verb !== 'info') return {};
    const mark = marks[argv.at(-1) ?? ''];
    return mark === undefined ? { exitCode: 1, stderr: 'Unknown device' } : { stdout: `${mark}\n` };
  };
  await using drill = await openScriptedDrill(() => ({ scripts: [script] }));
  await drill.run.boot();
  const settled = await settleBoot(drill.run);
  return { ...settled, triggers, remarks: drill.events.filter(({ type }) => type === 'remark-made').length };
}

test('a member that udev has left behind, though all are there, is looked at again, and that is told', async () => {
  const { jobs, race, triggers, remarks } = await settle({
    marks: { '/dev/mapper/crypt-btrfs1': '0', '/dev/mapper/crypt-btrfs2': '1' },
    areAllThere: true,
  });
  assert.ok(jobs.happened);
  assert.equal(race.length, 1);
  assert.match(race.join(), /^udev has \/dev\/mapper\/crypt-btrfs1 marked as not ready, though all members are there/u);
  assert.deepEqual([triggers, remarks], [1, 1]);
});

test('where a member is missing, or udev knows nothing of btrfs, udev is left alone', async () => {
  for (const seen of [
    { marks: { '/dev/mapper/crypt-btrfs2': '0' }, areAllThere: false },
    { marks: { '/dev/mapper/crypt-btrfs2': '' }, areAllThere: true },
  ]) {
    const { race, triggers, remarks } = await settle(seen);
    assert.deepEqual([race, triggers, remarks], [[], 0, 0]);
  }
});
