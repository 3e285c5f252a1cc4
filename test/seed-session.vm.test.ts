import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLabProject } from './rig/lab.ts';

// The session that raidlab grew from, typed as its README has it: bring it up, restart it into the newest kernel and build the array,
// log in, simulate a disk failure. The transcript is in docs/labs.md.
const timeout = 900_000;

async function outcomesIn(hostPath: string): Promise<Readonly<Record<string, string>>> {
  const result = JSON.parse(await readFile(join(hostPath, 'raidlab-results', 'latest', 'result.json'), 'utf8')) as {
    readonly drills: readonly { readonly checks: readonly { readonly name: string; readonly outcome: string }[] }[];
  };
  return Object.fromEntries(result.drills.flatMap(({ checks }) => checks.map(({ name, outcome }) => [name, outcome])));
}

test('the seed’s session: up, reload into another kernel with the array, ssh, simulate a disk failure', { timeout }, async (suite) => {
  await using lab = await openLabProject();

  await suite.test('a machine with the old kernel and blank disks', async () => {
    assert.match(await lab.ok('up', '--no-provision', '--kernel', 'bookworm'), /^default is on, after /u);
    assert.match(await lab.ok('ssh', '--', 'uname', '-r'), /^6\.1\./u);
  });

  await suite.test('restarted into another kernel, and provisioned', async () => {
    await lab.ok('reload', '--provision', '--kernel', 'trixie');
    assert.match(await lab.ok('ssh', '--', 'uname', '-r'), /^6\.12\./u);
    assert.equal(await lab.ok('ssh', '--', 'findmnt', '-no', 'FSTYPE', '/storage'), 'btrfs\n');
  });

  await suite.test('a disk fails and is replaced: the promise is held, and the lab is as the replacement left it', async () => {
    await lab.ok('ssh', '--', 'echo mine > /storage/mine && sync');
    const said = await lab.ok('simulate-disk-failure');
    assert.match(said, /^HELD +simulate-disk-failure/mu);
    const outcomes = await outcomesIn(lab.hostPath);
    assert.deepEqual(new Set(Object.values(outcomes)), new Set(['held']));
    assert.ok('leg-alone-DISK2' in outcomes && 'leg-alone-DISK3' in outcomes, Object.keys(outcomes).join(' '));
    assert.equal(await lab.ok('ssh', '--', 'cat', '/storage/mine'), 'mine\n');
    assert.match(await lab.ok('status'), /DISK1.*out|DISK1.*pulled/u);
    assert.match(await lab.ok('ssh', '--', 'btrfs filesystem show /storage'), /devid +1 .*crypt-btrfs3/u);
  });

  await suite.test('a lab in which that was done is not as it was built, and that is said', async () => {
    const { exitCode, stderr } = await lab.type('simulate-disk-failure');
    assert.equal(exitCode, 64);
    assert.match(stderr, /DISK1 has been pulled/u);
  });

  await suite.test('as the seed did it everything looks fine, and the proof says what is wrong', async () => {
    await lab.ok('destroy');
    await lab.ok('up');
    const said = await lab.ok('simulate-disk-failure', '--like-seed', '--verbose');
    assert.match(said, /Every device is there, none is missing: it looks healthy/u);
    assert.match(said, /The scrub has found no error: it looks healthy/u);
    assert.match(said, /It mounts\. The script ends here, with exit 0/u);
    const outcomes = await outcomesIn(lab.hostPath);
    assert.equal(outcomes.profiles, 'broken');
    assert.equal(outcomes.scrub, 'held');
    assert.equal(outcomes['device-stats'], 'held');
    // Mended by hand, as the last line says.
    await lab.ok('ssh', '--', 'btrfs balance start -dconvert=raid1,soft -mconvert=raid1,soft /storage');
    assert.doesNotMatch(await lab.ok('ssh', '--', 'btrfs filesystem usage /storage'), /single/u);
  });
});
