import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { entryFormatVersion, formatEntryRecord } from '../machine/cache/entry-record.ts';
import { currentOwner, formatOwner } from '../machine/cache/owner.ts';
import { openSandbox } from './fixtures/run-raidlab.ts';
import type { Sandbox } from './fixtures/run-raidlab.ts';

const MiB = 1024 * 1024;
const kernel = `kernel-${'a'.repeat(32)}`;
const tools = `tools-${'b'.repeat(32)}`;
const booted = `booted-${'b'.repeat(32)}`;

/** Puts entries of a MiB into the sandbox's cache, the first used last. */
function fillCache(sandbox: Sandbox, ...names: readonly string[]): void {
  const cache = join(sandbox.hostPath, 'cache/raidlab');
  for (const area of ['tmp', 'work', 'locks', 'holds', 'stamps']) mkdirSync(join(cache, area), { recursive: true });
  for (const [index, name] of names.entries()) {
    const [kind = '', digest = ''] = name.split('-');
    const madeAt = '2026-11-22T08:00:00.000Z';
    const files = [{ name: 'content', sizeBytes: MiB, xxh128: '00' }];
    const record = {
      format: entryFormatVersion,
      kind,
      digest,
      artefact: `${kind} of trixie`,
      description: 'd',
      madeAt,
      durationMs: 1,
      packages: {},
      files,
    } as const;
    mkdirSync(join(cache, name));
    writeFileSync(join(cache, name, 'content'), Buffer.alloc(MiB, 1));
    writeFileSync(join(cache, name, 'entry.json'), formatEntryRecord(record));
    writeFileSync(join(cache, 'stamps', `${name}.txt`), '');
    const usedAt = Date.now() / 1000 - index * 60 * 60;
    utimesSync(join(cache, 'stamps', `${name}.txt`), usedAt, usedAt);
  }
}

async function hold(sandbox: Sandbox, name: string): Promise<void> {
  writeFileSync(join(sandbox.hostPath, 'cache/raidlab/holds', `${name}.00c0ffee`), formatOwner(await currentOwner()));
}

function entriesLeft(sandbox: Sandbox): readonly string[] {
  return readdirSync(join(sandbox.hostPath, 'cache/raidlab')).filter((name) => name.includes('-'));
}

const usageErrors: readonly (readonly [argv: readonly string[], said: RegExp])[] = [
  [[], /Say what to do with the cache: ls, rm or prune\./u],
  [['lss'], /Unexpected option or subcommand: "lss"/u],
  [['rm'], /Name an entry, or use --all for every one\./u],
  [['rm', '--al'], /Did you mean "--all"\?/u],
  [['rm', 'kernl'], /There is no cache entry called "kernl"\.\n.*Did you mean "kernel-aaaaaaaa"\? The entries are: booted-bbbbbbbb, /u],
  [['rm', ''], /There is no cache entry called ""/u],
  [['rm', '../cache'], /There is no cache entry called/u],
  [['rm', tools, `${tools}0`], /There is no cache entry called/u],
  [['prune', '--max-size', '3Q'], /Expected a size such as/u],
  [['prune', '--max-age', '7'], /Expected an age such as 30d or 12h, but got "7"/u],
  [['prune', '--max-sise', '1G'], /Did you mean "--max-size"\?/u],
];

for (const [argv, said] of usageErrors) {
  test(`raidlab cache ${argv.join(' ')}: exit 64, with the way out, and nothing removed`, async () => {
    using sandbox = openSandbox();
    fillCache(sandbox, kernel, tools, booted);
    const { exitCode, stdout, stderr } = await sandbox.run('cache', ...argv);
    assert.match(stderr, said);
    assert.match(stderr, /^ {2}→ /mu);
    assert.equal(stdout, '');
    assert.equal(exitCode, 64);
    assert.equal(entriesLeft(sandbox).length, 3);
  });
}

test('the cache is listed for a person and for a program; where there is none, none is made', async () => {
  using sandbox = openSandbox();
  assert.match((await sandbox.run('cache', 'ls')).stdout, /: nothing in it yet$/mu);
  assert.ok(!existsSync(join(sandbox.hostPath, 'cache')));
  fillCache(sandbox, kernel, booted);
  await hold(sandbox, booted);
  const { stdout, exitCode } = await sandbox.run('cache', 'ls');
  assert.match(stdout, /^kernel-aaaaaaaa {2}kernel of trixie$/mu);
  assert.match(stdout, new RegExp(`last used 60 min ago, in use by process ${String(process.pid)}$`, 'mu'));
  assert.equal(exitCode, 0);
  const document = JSON.parse((await sandbox.run('cache', 'ls', '--json')).stdout) as Record<string, unknown>;
  assert.equal(document.v, 1);
  assert.equal(document.maxBytes, 8 * 1024 * MiB);
  assert.equal((document.entries as readonly unknown[]).length, 2);
});

test('an entry is removed by the beginning of its name', async () => {
  using sandbox = openSandbox();
  fillCache(sandbox, kernel, tools, booted);
  const { stdout, exitCode } = await sandbox.run('cache', 'rm', 'kern', 'tools-b');
  assert.match(stdout, /^Removed kernel-aaaaaaaa, 1 MiB: kernel of trixie$/mu);
  assert.match(stdout, /^Freed 2(?:\.\d+)? MiB\.$/mu);
  assert.equal(exitCode, 0);
  assert.deepEqual(entriesLeft(sandbox), [booted]);
});

test('a beginning of several names is refused, with their names', async () => {
  using sandbox = openSandbox();
  fillCache(sandbox, kernel, `kernel-${'c'.repeat(32)}`);
  const { stderr, exitCode } = await sandbox.run('cache', 'rm', 'kernel');
  assert.match(stderr, /"kernel" matches 2 cache entries\.\n.*kernel-aaaaaaaa, kernel-cccccccc/u);
  assert.equal(exitCode, 64);
});

test('what is in use is refused, with who uses it, and the rest is removed: exit 69', async () => {
  using sandbox = openSandbox();
  fillCache(sandbox, kernel, tools, booted);
  await hold(sandbox, tools);
  const { stdout, stderr, exitCode } = await sandbox.run('cache', 'rm', '--all');
  assert.match(stdout, /Removed kernel-aaaaaaaa/u);
  assert.match(stderr, new RegExp(`Still in use, so not removed from the cache: tools-bbbbbbbb by process ${String(process.pid)}\\.`, 'u'));
  assert.equal(exitCode, 69);
  assert.deepEqual(entriesLeft(sandbox), [tools]);
});

test('pruning says what it removed, what it freed, and what it could not', async () => {
  using sandbox = openSandbox();
  fillCache(sandbox, kernel, tools, booted);
  await hold(sandbox, tools);
  const unneeded = await sandbox.run('cache', 'prune');
  assert.match(unneeded.stdout, /^Nothing to remove; the cache takes 3(?:\.\d+)? MiB\.$/mu);
  const byAge = await sandbox.run('cache', 'prune', '--max-age', '90min');
  assert.match(byAge.stdout, /^Removed booted of trixie, 1 MiB: not used for 90 min\nFreed 1 MiB; the cache takes 2(?:\.\d+)? MiB\.$/mu);
  const bySize = await sandbox.run('cache', 'prune', '--max-size', '512K');
  assert.match(
    bySize.stdout,
    /^Removed kernel of trixie, 1 MiB: the cache is over its limit of 512 KiB \(RAIDLAB_CACHE_SIZE raises it\)$/mu,
  );
  assert.match(bySize.stdout, /^Freed 1 MiB; the cache takes 1 MiB, more than 512 KiB, because entries in use stay\.$/mu);
  assert.equal(bySize.exitCode, 0);
  assert.deepEqual(entriesLeft(sandbox), [tools]);
});

test('the bound comes from the environment; one that is none is told where the cache is wanted', async () => {
  using sandbox = openSandbox({ RAIDLAB_CACHE_SIZE: '1.5MiB' });
  fillCache(sandbox, kernel, tools);
  assert.match((await sandbox.run('cache', 'prune')).stdout, /^Removed tools of trixie/mu);
  using wrong = openSandbox({ RAIDLAB_CACHE_SIZE: 'lots' });
  for (const argv of [['cache', 'ls'], ['doctor'], ['drill']]) {
    const { stderr, exitCode } = await wrong.run(...argv);
    assert.match(stderr, /The variable RAIDLAB_CACHE_SIZE is set to "lots"\.\n {2}→ Set it to a size such as 4GiB/u);
    assert.equal(exitCode, 64);
  }
  assert.equal((await wrong.run('drills')).exitCode, 0);
});

test('a shell completes what can be done and the names of entries', async () => {
  using sandbox = openSandbox();
  fillCache(sandbox, kernel, tools, booted);
  const words = async (...argv: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await sandbox.run('completion', 'bash', ...argv);
    return stdout.split('\n').filter((row) => row !== '' && !row.startsWith('-'));
  };
  assert.deepEqual(await words('cache', ''), ['ls', 'rm', 'prune']);
  assert.deepEqual(await words('cache', 'rm', 'k'), ['kernel-aaaaaaaa']);
  assert.deepEqual(await words('cache', 'prune', '--max-age', '7'), ['7d']);
});

test('a factor for limits in time that is none is told where it is wanted', async () => {
  using wrong = openSandbox({ RAIDLAB_TIMEOUT_FACTOR: 'slow' });
  const { stderr, exitCode } = await wrong.run('drill');
  assert.match(stderr, /The variable RAIDLAB_TIMEOUT_FACTOR is set to "slow"\.\n {2}→ Set it to a number from 1 to 100/u);
  assert.equal(exitCode, 64);
});
