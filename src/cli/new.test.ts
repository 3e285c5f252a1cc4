import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSandbox } from './fixtures/run-raidlab.ts';

test('new drill makes a file that plans as it is, twin included, says what to do next, and overwrites nothing', async () => {
  using sandbox = openSandbox();
  const made = await sandbox.run('new', 'drill', 'replace-cold-disk', '--directory', 'my drills');
  assert.equal(made.exitCode, 0, made.stderr);
  assert.match(made.stdout, /^ {2}\$ .*raidlab drill 'my drills\/replace-cold-disk\.ts' --twin$/mu);
  const file = join('my drills', 'replace-cold-disk.ts');
  const text = readFileSync(join(sandbox.hostPath, file), 'utf8');
  assert.match(text, /^export default replaceColdDisk;$/mu);
  assert.doesNotMatch(text, /drill-template|drillTemplate/u);

  for (const more of [[], ['--twin'], ['--layout', 'raid1c3']]) {
    const plan = await sandbox.run('drill', file, '--plan', ...more);
    assert.deepEqual([plan.exitCode, plan.stderr], [0, '']);
    assert.match(plan.stdout, /^replace-cold-disk .*\n[^]*\$ btrfs replace start/u);
  }
  assert.match((await sandbox.run('drills', 'show', file)).stdout, /^The twin\n {2}\$ .*\n {2}The same without soft-balance/mu);

  const again = await sandbox.run('new', 'drill', 'replace-cold-disk', '--directory', 'my drills');
  assert.equal(again.exitCode, 64);
  assert.match(again.stderr, /my drills\/replace-cold-disk\.ts already exists/u);
  assert.equal(readFileSync(join(sandbox.hostPath, file), 'utf8'), text);
});

test('a name that is none, or that is taken, makes no file', async () => {
  using sandbox = openSandbox();
  for (const [name, said] of [
    ['My Drill', /"My Drill" is not a name for a drill/u],
    ['../escape', /is not a name for a drill/u],
    ['replace-missing-disk', /is the name of one of raidlab's own drills/u],
  ] as const) {
    const { exitCode, stderr } = await sandbox.run('new', 'drill', name);
    assert.equal(exitCode, 64);
    assert.match(stderr, said);
  }
  assert.ok(!existsSync(join(sandbox.hostPath, 'replace-missing-disk.ts')));
});

test('a drill of one’s own that cannot be read is told with file and line, and leaves nothing', async () => {
  using sandbox = openSandbox();
  await sandbox.run('new', 'drill', 'my-disk');
  const file = join(sandbox.hostPath, 'my-disk.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace('const lostDevid = 1;', 'const lostDevid = ;'));
  const { exitCode, stderr } = await sandbox.run('drill', './my-disk.ts');
  assert.equal(exitCode, 64);
  assert.match(stderr, /^raidlab: \.\/my-disk\.ts:\d+:19: Expression expected\.\n.*│ const lostDevid = ;$/msu);
  assert.ok(!existsSync(join(sandbox.hostPath, 'raidlab-results')));
});

test('new alarm makes a script that can be run, and says how to try it', async () => {
  using sandbox = openSandbox();
  const made = await sandbox.run('new', 'alarm');
  assert.equal(made.exitCode, 0, made.stderr);
  assert.match(made.stdout, /^ {2}\$ .*raidlab drill --alarm '\.\/check-btrfs\.sh \/storage'$/mu);
  const file = join(sandbox.hostPath, 'check-btrfs.sh');
  assert.match(readFileSync(file, 'utf8'), /^#!\/bin\/sh\n(?:.*\n)*.*raidlab drill --alarm '\.\/check-btrfs\.sh \/storage'/u);
  assert.ok((statSync(file).mode & 0o100) !== 0);
  const plan = await sandbox.run('drill', '--alarm', './check-btrfs.sh /storage', '--plan');
  assert.deepEqual([plan.exitCode, plan.stderr], [0, '']);
  assert.equal((await sandbox.run('new', 'alarm')).exitCode, 64);
  assert.equal((await sandbox.run('new', 'alarm', 'My Alarm')).exitCode, 64);
  assert.equal((await sandbox.run('drill', '--alarm', './missing.sh', '--plan')).exitCode, 64);
});
