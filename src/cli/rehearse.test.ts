import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { change, wellHost } from '../core/facts/fixtures/host-facts.ts';
import type { RawFact } from '../core/facts/fixtures/host-facts.ts';
import { openSandbox } from './fixtures/run-raidlab.ts';
import type { Sandbox } from './fixtures/run-raidlab.ts';

function writeFacts({ hostPath }: Sandbox, facts: readonly RawFact[]): string {
  const file = join(hostPath, 'facts.json');
  writeFileSync(file, JSON.stringify({ v: 1, names: true, facts }));
  return file;
}

test('a plan has the drill for each member that may be lost, on a lab like the array', async () => {
  using sandbox = openSandbox();
  const file = writeFacts(sandbox, wellHost({ members: 3 }));
  const { exitCode, stdout, stderr } = await sandbox.run('rehearse', file, '--plan');
  assert.equal(exitCode, 0, stderr);
  assert.equal(stdout.match(/^replace-missing-disk {2}3 × 1 GiB \+ 1 spare, LUKS2/gmu)?.length, 3);
  for (const number of [1, 2, 3])
    assert.match(stdout, new RegExp(`\\(pull DISK${String(number)} .*replace start -B -f ${String(number)} `, 'su'));
  const one = await sandbox.run('rehearse', file, '--plan', '--json', '--lose', 'mapping-2');
  const plans = one.stdout.trim().split('\n');
  assert.equal(plans.length, 1);
  assert.match(plans[0] ?? '', /pull DISK2 /u);
  assert.ok(!existsSync(join(sandbox.hostPath, 'raidlab-results')));
});

test('every other drill that fits is planned besides, if asked', async () => {
  using sandbox = openSandbox();
  const { stdout } = await sandbox.run('rehearse', writeFacts(sandbox, wellHost()), '--plan', '--all', '--lose', '1');
  for (const drill of ['replace-pulled-disk-online', 'split-brain', 'silent-corruption'])
    assert.match(stdout, new RegExp(`^${drill} `, 'mu'));
  assert.doesNotMatch(stdout, /^(?:kernel-crash|second-disk-fails) /mu);
});

test('what cannot be rehearsed is refused with its reason, before anything is run', async () => {
  using sandbox = openSandbox();
  const second: readonly RawFact[] = wellHost({ encryption: 'none' }).map((fact) => {
    const other = JSON.stringify(fact)
      .replaceAll('uuid-1', 'uuid-9')
      .replaceAll('label-1', 'other')
      .replaceAll(/"sd([ab])"/gu, '"vd$1"');
    return JSON.parse(other) as RawFact;
  });
  const cases: readonly (readonly [RegExp, readonly RawFact[], readonly string[]])[] = [
    [/label-1 on mount-1 cannot be rehearsed\. Its members are not encrypted/u, wellHost({ encryption: 'none' }), []],
    [/There is no member 7; there is devid 1/u, wellHost(), ['--lose', '7']],
    [/There is no array elsewhere; there is label-1/u, wellHost(), ['--array', 'elsewhere']],
    [/There are several arrays: .*Say which one: --array NAME/su, [...wellHost(), ...second], []],
    [/There is no btrfs here/u, [{ is: 'host' }], []],
    [/only filesystems on one disk/u, wellHost({ members: 1, profile: 'single' }), []],
    [/Nothing of its data survives/u, change(wellHost(), 'chunks', (fact) => fact.type === 'data', { profile: 'single' }), []],
  ];
  for (const [why, facts, words] of cases) {
    const { exitCode, stderr } = await sandbox.run('rehearse', writeFacts(sandbox, facts), ...words);
    assert.equal(exitCode, 64, stderr);
    assert.match(stderr.replaceAll(/\s+/gu, ' '), why);
  }
  const named = await sandbox.run('rehearse', writeFacts(sandbox, [...wellHost(), ...second]), '--array', 'label-1', '--plan');
  assert.equal(named.exitCode, 0, named.stderr);
});
