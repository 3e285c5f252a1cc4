import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtLab } from '../../core/lab/fixtures/built-lab.ts';
import { currentOwner } from '../../machine/cache/owner.ts';
import { createTestContext, failureOf } from '../../machine/fixtures/scripted-peer.ts';
import { readProcessIdentity } from '../../machine/process/process-identity.ts';
import { destroyLab } from '../end-lab.ts';
import { openLabDirectory } from '../fixtures/lab-directory.ts';
import type { LabDirectory } from '../fixtures/lab-directory.ts';
import { listLabs } from '../list-labs.ts';
import { registerLab } from './lab-index.ts';
import { findLab, requireLab } from './lab-place.ts';
import { readLabState, writeLabState } from './state-file.ts';

async function openLab(): Promise<LabDirectory> {
  const directory = await openLabDirectory();
  await writeLabState(directory.place, builtLab);
  await mkdir(directory.place.sshHostPath, { mode: 0o700 });
  await writeFile(join(directory.place.sshHostPath, 'config'), 'Host default\n');
  return directory;
}

/** What a stranger, or a careless hand, may have done to a lab, and what is said of it. */
const foreign: readonly (readonly [string, (lab: LabDirectory) => Promise<void>, RegExp])[] = [
  ['its directory can be entered by others', (lab) => chmod(lab.place.hostPath, 0o711), /default is open to other users$/u],
  [
    'the directory of labs can be written by others',
    (lab) => chmod(join(lab.hostPath, '.raidlab'), 0o777),
    /\.raidlab is open to other users$/u,
  ],
  [
    'its directory is a link',
    async ({ place, hostPath }) => {
      await rename(place.hostPath, join(hostPath, 'elsewhere'));
      await symlink(join(hostPath, 'elsewhere'), place.hostPath);
    },
    /default is a link$/u,
  ],
  [
    'a file of it is a link',
    async ({ place, hostPath }) => {
      await rename(place.stateHostPath, join(hostPath, 'state.json'));
      await symlink(join(hostPath, 'state.json'), place.stateHostPath);
    },
    /state\.json is a link$/u,
  ],
];
for (const [what, change, said] of foreign) {
  test(`a lab is refused when ${what}`, async () => {
    await using lab = await openLab();
    assert.deepEqual(await findLab(lab.hostPath, 'default'), lab.place);
    await change(lab);
    const failure = await failureOf(requireLab(join(lab.hostPath), 'default'));
    assert.ok(failure.reason === 'not-yours');
    assert.match(failure.why, said);
    const index = join(lab.hostPath, 'index');
    await registerLab(index, lab.place);
    const [listed] = await listLabs(index);
    assert.ok(listed?.condition === null && listed.trouble?.includes('is not used'));
  });
}

test(
  'what belongs to another user is refused, by that user’s name',
  { skip: process.getuid?.() !== 0 && 'only root can give files away' },
  async () => {
    for (const name of ['.', 'state.json', 'ssh', 'ssh/config']) {
      await using lab = await openLab();
      await chown(join(lab.place.hostPath, name), 65_534, 65_534);
      const failure = await failureOf(findLab(lab.hostPath, 'default'));
      assert.ok(failure.reason === 'not-yours');
      assert.match(failure.why, /belongs to nobody \(uid 65534\), and you are root \(uid 0\)$/u);
    }
  },
);

test('a process that a lab’s record names is spared unless it keeps this very lab', async () => {
  const victim = spawn('sleep', ['60']);
  const keeper = spawn('sh', ['-c', 'sleep 60; exit', 'keep-lab', '/another/.raidlab/default'], { detached: true });
  try {
    for (const child of [victim, keeper]) {
      await using lab = await openLab();
      const owner = { ...(await currentOwner()), ...(await readProcessIdentity(child.pid ?? 0)) };
      const record = { owner, socketHostPath: join(lab.hostPath, 'nobody.sock'), raidlabVersion: '0.1.0' };
      await writeFile(lab.place.keeperHostPath, JSON.stringify(record));
      const house = { raidlabVersion: '0.1.0', indexHostPath: join(lab.hostPath, 'index'), keeperArgv: () => ['false'] as const };
      await destroyLab(createTestContext(), house, lab.place);
      assert.equal(child.exitCode ?? child.signalCode, null);
    }
  } finally {
    for (const child of [victim, keeper]) {
      const ended = once(child, 'exit');
      process.kill(child === keeper ? -(keeper.pid ?? 0) : (child.pid ?? 0), 'SIGKILL');
      await ended;
    }
  }
});

test('a serial is no path, and a port is one', async () => {
  await using lab = await openLab();
  const [disk, ...others] = builtLab.disks;
  assert.ok(disk);
  const damages: readonly (readonly [object, RegExp])[] = [
    [{ disks: [{ ...disk, serial: '../../../VICTIM' }, ...others] }, /^disks\[0\]\.serial is .* should be a serial such as DISK1$/u],
    [{ sshPort: 99_999_999 }, /^sshPort is 99999999, and should be a whole number, 1 to 65535$/u],
  ];
  for (const [damage, said] of damages) {
    await writeFile(lab.place.stateHostPath, JSON.stringify({ ...builtLab, ...damage }));
    const failure = await failureOf(readLabState(lab.place));
    assert.ok(failure.reason === 'state-damaged');
    assert.match(failure.why, said);
  }
});
