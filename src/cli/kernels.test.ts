import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { entryFormatVersion, formatEntryRecord } from '../machine/cache/entry-record.ts';
import { openSandbox } from './fixtures/run-raidlab.ts';
import type { Sandbox } from './fixtures/run-raidlab.ts';

/** Puts a kernel into the sandbox's cache; gives the path of its entry. */
function addKernel(sandbox: Sandbox, digit: string, artefact: string, version: string, packaged: string): string {
  const cache = join(sandbox.hostPath, 'cache/raidlab');
  for (const area of ['tmp', 'work', 'locks', 'holds', 'stamps']) mkdirSync(join(cache, area), { recursive: true });
  const digest = digit.repeat(32);
  const hostPath = join(cache, `kernel-${digest}`);
  mkdirSync(hostPath);
  writeFileSync(join(hostPath, 'version'), `${version}\n`);
  const record = {
    format: entryFormatVersion,
    kind: 'kernel',
    digest,
    artefact,
    description: 'd',
    madeAt: '2026-11-22T08:00:00.000Z',
    durationMs: 1,
    packages: { [`linux-image-${version}`]: packaged },
    files: [{ name: 'version', sizeBytes: version.length + 1, xxh128: '00' }],
  } as const;
  writeFileSync(join(hostPath, 'entry.json'), formatEntryRecord(record));
  return hostPath;
}

function fillCache(sandbox: Sandbox): { readonly bookworm: string; readonly own: string } {
  return {
    bookworm: addKernel(sandbox, 'a', 'kernel of bookworm', '6.1.0-56-cloud-amd64', '6.1.192-2'),
    own: addKernel(sandbox, 'b', `kernel of ${join(sandbox.hostPath, 'linux')}`, '6.12.5', '6.12.5-1'),
  };
}

const usageErrors: readonly (readonly [argv: readonly string[], said: RegExp])[] = [
  [[], /Say what to do with kernels: ls, add or rm\./u],
  [['ad'], /Unexpected option or subcommand: "ad"/u],
  [['add'], /Name a kernel: a suite, a version, \.deb files or a directory\./u],
  [['add', 'bookworm', 'trixy'], /"trixy" is not a kernel\.\n.*Did you mean "trixie"\?/u],
  [['add', './linux'], /There is no usable kernel in .*\/linux: there is no such directory/u],
  [['rm'], /Name a kernel, or use --all for every one\./u],
  [['rm', 'trixie'], /There is no kernel "trixie" in the cache\.\n.*There are: bookworm, \//u],
  [['rm', 'bokworm'], /is not a kernel/u],
  [['ls', '--availble'], /Did you mean "--available"\?/u],
];

for (const [argv, said] of usageErrors) {
  test(`raidlab kernels ${argv.join(' ')}: exit 64, with the way out`, async () => {
    using sandbox = openSandbox();
    const { bookworm } = fillCache(sandbox);
    const { exitCode, stdout, stderr } = await sandbox.run('kernels', ...argv);
    assert.match(stderr, said);
    assert.equal(stdout, '');
    assert.equal(exitCode, 64);
    assert.ok(existsSync(bookworm));
  });
}

test('kernels ls --json gives what is in the cache and the suites, those of archives with their mirrors', async () => {
  using sandbox = openSandbox({ RAIDLAB_MIRROR_JESSIE: '[check-valid-until=no] http://archive.example/debian' });
  fillCache(sandbox);
  const { exitCode, stdout } = await sandbox.run('kernels', 'ls', '--json');
  assert.equal(exitCode, 0);
  const listing = JSON.parse(stdout) as {
    readonly v: number;
    readonly kernels: readonly Record<string, unknown>[];
    readonly suites: readonly { readonly suite: string; readonly mirror: string | null }[];
  };
  assert.equal(listing.v, 1);
  assert.deepEqual(
    listing.kernels.map(({ kernel, version, upstreamVersion }) => [kernel, version, upstreamVersion]),
    [
      ['bookworm', '6.1.0-56-cloud-amd64', '6.1.192'],
      [join(sandbox.hostPath, 'linux'), '6.12.5', '6.12.5'],
    ],
  );
  assert.deepEqual(listing.suites.at(-1), { suite: 'jessie', mirror: '[check-valid-until=no] http://archive.example/debian' });
  assert.deepEqual(
    listing.suites.find(({ suite }) => suite === 'sid'),
    { suite: 'sid', mirror: null },
  );
});

test('a shell completes the kernels in the cache and the suites, wherever a kernel is named', async () => {
  using sandbox = openSandbox();
  fillCache(sandbox);
  const own = join(sandbox.hostPath, 'linux');
  for (const words of [
    ['drill', '--kernel'],
    ['matrix', '--kernel'],
    ['up', '--kernel'],
    ['rehearse', '--kernel'],
    ['kernels', 'add'],
  ]) {
    const { stdout } = await sandbox.run('completion', 'bash', ...words, '');
    const offered = stdout.split('\n');
    assert.ok(offered.includes(own) && offered.includes('sid'), `${words.join(' ')}: ${stdout}`);
    assert.equal(offered.filter((word) => word === 'bookworm').length, 1, stdout);
  }
});

test('a kernel is removed by what --kernel calls it, and nothing else is', async () => {
  using sandbox = openSandbox();
  const { bookworm, own } = fillCache(sandbox);
  const first = await sandbox.run('kernels', 'rm', './linux');
  assert.equal(first.exitCode, 0, first.stderr);
  assert.ok(!existsSync(own) && existsSync(bookworm));
  const second = await sandbox.run('kernels', 'rm', '--all');
  assert.equal(second.exitCode, 0, second.stderr);
  assert.ok(!existsSync(bookworm));
});

test('a mirror that is no address is told with its variable', async () => {
  using sandbox = openSandbox({ RAIDLAB_MIRROR_SID: 'mirror.example' });
  const { exitCode, stderr } = await sandbox.run('kernels', 'ls');
  assert.equal(exitCode, 64);
  assert.match(stderr, /The variable RAIDLAB_MIRROR_SID is set to "mirror\.example"/u);
});
