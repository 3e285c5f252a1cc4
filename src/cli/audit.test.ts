import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { wellHost } from '../core/facts/fixtures/host-facts.ts';
import type { RawFact } from '../core/facts/fixtures/host-facts.ts';
import { openSandbox } from './fixtures/run-raidlab.ts';

const documentOf = (facts: readonly RawFact[]): string => JSON.stringify({ v: 1, names: true, facts });

test('audit answers by its exit code, and says worst first what is wrong', async () => {
  using sandbox = openSandbox();
  const file = join(sandbox.hostPath, 'facts.json');
  writeFileSync(file, documentOf(wellHost()));
  const well = await sandbox.run('audit', file);
  assert.equal(well.exitCode, 0, well.stderr);
  assert.match(well.stdout, /Nothing is wrong that raidlab knows of\.|Something is known of/u);
  writeFileSync(file, documentOf(wellHost().map((fact) => (fact.is === 'fstab' ? { ...fact, options: ['degraded'] } : fact))));
  const wrong = await sandbox.run('audit', file);
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.stdout, /mounts the array with `degraded`/u);
  const json = await sandbox.run('audit', file, '--json');
  assert.equal(json.exitCode, 1);
  const read = JSON.parse(json.stdout) as { readonly v: number; readonly findings: readonly { readonly name: string }[] };
  assert.deepEqual([read.v, read.findings[0]?.name], [1, 'degraded-in-fstab']);
  writeFileSync(file, documentOf([{ is: 'host' }]));
  assert.equal((await sandbox.run('audit', file)).exitCode, 2);
});

test('names from strangers act on no terminal', async () => {
  using sandbox = openSandbox();
  const file = join(sandbox.hostPath, 'facts.json');
  const hostile = '\u001b[2J\u202e##[error]evil';
  writeFileSync(
    file,
    documentOf(
      wellHost().map((fact) => ({
        ...fact,
        ...('label' in fact ? { label: hostile } : {}),
        ...('at' in fact ? { at: hostile, options: [] } : {}),
      })),
    ),
  );
  for (const words of [[], ['--json']]) {
    const { stdout } = await sandbox.run('audit', file, ...words);
    assert.doesNotMatch(stdout, /[\u001b\u202e]|##\[/u);
  }
});

test('a file that is no document is refused, with its name', async () => {
  using sandbox = openSandbox();
  const file = join(sandbox.hostPath, 'facts.json');
  writeFileSync(file, '{"v":1,"names":true,"facts":[{"is":"filesystem","uuid":"f9211d8a-2710-4b15-b33c-9e8119d67729"}]}');
  for (const named of [file, join(sandbox.hostPath, 'nowhere'), '/dev/zero']) {
    const { exitCode, stderr } = await sandbox.run('audit', named);
    assert.equal(exitCode, 64);
    assert.ok(stderr.includes(named));
  }
});

test('collect prints the facts of this host, and a script that prints them', async () => {
  using sandbox = openSandbox();
  const map = join(sandbox.hostPath, 'facts.map');
  const collected = await sandbox.run('collect', '--map', map);
  assert.equal(collected.exitCode, 0, collected.stderr);
  assert.equal((JSON.parse(collected.stdout) as { readonly v: number }).v, 1);
  const script = await sandbox.run('collect', '--script');
  assert.equal(script.stdout, readFileSync(new URL('../machine/facts/collect.sh', import.meta.url), 'utf8'));
  assert.match((await sandbox.run('collect', '--script', '--names')).stdout, /^names=yes /mu);
  assert.equal((await sandbox.run('collect', '--script', '--map', map)).exitCode, 64);
});
