import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import { builtLab, disk, rotted } from '../../core/lab/fixtures/built-lab.ts';
import { planLabPlace } from '../../lab/place/lab-place.ts';
import { writeLabState } from '../../lab/place/state-file.ts';
import { openSandbox } from '../fixtures/run-raidlab.ts';
import type { Sandbox } from '../fixtures/run-raidlab.ts';

/** A directory with two labs, both off. */
async function openLabs(): Promise<Sandbox> {
  const sandbox = openSandbox();
  for (const [name, disks] of Object.entries({ default: builtLab.disks, wide: [disk('DISK7')] })) {
    const place = planLabPlace(sandbox.hostPath, name);
    await mkdir(place.hostPath, { recursive: true, mode: 0o700 });
    await writeLabState(place, { ...builtLab, disks });
  }
  return sandbox;
}

const refused: readonly (readonly [argv: readonly string[], said: RegExp])[] = [
  [['disk', 'pull'], /too few arguments\. There are DISK1, DISK2, DISK3\./u],
  [['disk', 'rot', '--lab', 'wide'], /too few arguments\. There is DISK7\./u],
  [['disk', 'push', 'DISK1'], /"push"\. Did you mean "pull"\?/u],
  [['disk', 'isnert', 'DISK1'], /"isnert"\. Did you mean "insert"\?/u],
  [['disk', 'add', '--size', '1'], /Expected a size with its unit, such as 512MiB or 1GiB, but got "1": that is 1 byte\./u],
];
for (const [argv, said] of refused) {
  test(`raidlab ${argv.join(' ')} is refused with what was meant, or what there is`, async () => {
    using sandbox = await openLabs();
    const { exitCode, stderr } = await sandbox.run(...argv);
    assert.match(stderr, said);
    assert.equal(exitCode, 64);
  });
}

test('of a lab that is off disk ls tells what is known, and restore names what it does not mend', async () => {
  using sandbox = openSandbox();
  const place = planLabPlace(sandbox.hostPath, 'default');
  await mkdir(place.hostPath, { recursive: true, mode: 0o700 });
  await writeLabState(place, { ...builtLab, disks: [disk('DISK1', { isIn: false }), disk('DISK2', { damage: [rotted] })] });
  const listed = await sandbox.run('disk', 'ls');
  assert.equal(
    listed.stdout,
    'DISK1   1 GiB     member  out: pulled\nDISK2   1 GiB     member  in\n        rot, at 17:00:00 UTC: not scrubbed since\n',
  );
  const restored = await sandbox.run('disk', 'restore');
  assert.match(restored.stdout, /^DISK1 .* in$/mu);
  assert.match(
    restored.stdout,
    /^DISK2 stays damaged: rot\. What mends it: `btrfs scrub start -B \/storage`, until one finds nothing\.$/mu,
  );
});
