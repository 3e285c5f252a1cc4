import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { resolveAlarm } from './alarm-option.ts';

test('a command of the guest is its words; a script of the person’s is copied', async () => {
  const cwdHostPath = await mkdtemp(join(tmpdir(), 'raidlab-test-'));
  try {
    await writeFile(join(cwdHostPath, 'check.sh'), '#!/bin/sh\nexit 1\n');
    await writeFile(join(cwdHostPath, 'program'), '\u007fELF');
    const alarm = async (command: string) => resolveAlarm(command, cwdHostPath, 'raidlab drill');
    assert.deepEqual(await alarm('btrfs  device stats --check /storage'), {
      command: 'btrfs  device stats --check /storage',
      argv: ['btrfs', 'device', 'stats', '--check', '/storage'],
      script: null,
    });
    assert.deepEqual(await alarm('./check.sh /storage'), {
      command: './check.sh /storage',
      argv: ['/run/raidlab-alarm', '/storage'],
      script: '#!/bin/sh\nexit 1\n',
    });
    await mkdir(join(cwdHostPath, 'my checks'));
    await writeFile(join(cwdHostPath, 'my checks', 'check it.sh'), '#!/bin/sh\n');
    for (const typed of [`'./my checks/check it.sh' "/my storage"`, './my\\ checks/check\\ it.sh /my\\ storage'])
      assert.deepEqual(await alarm(typed), { command: typed, argv: ['/run/raidlab-alarm', '/my storage'], script: '#!/bin/sh\n' });
    assert.deepEqual((await alarm("sh -c 'btrfs device stats /storage | grep -q 1'")).argv.length, 3);
    assert.deepEqual((await alarm('/usr/sbin/only-in-the-guest -c')).argv, ['/usr/sbin/only-in-the-guest', '-c']);
    for (const wrong of ['', ' ', './missing.sh', './program', 'btrfs device stats | grep 1', "sh -c 'x", "''", 'a;b', '$HOME/x'])
      await assert.rejects(alarm(wrong), /--alarm/u, wrong);
  } finally {
    await rm(cwdHostPath, { recursive: true });
  }
});
