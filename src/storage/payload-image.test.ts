import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { xxhash128 } from 'hash-wasm';
import { RaidlabError } from '../core/failure/failure.ts';
import { compareWithManifest, formatDifference } from '../core/payload/compare-with-manifest.ts';
import { findCommand, parseFind } from '../core/payload/find.ts';
import type { Manifest } from '../core/payload/manifest.ts';
import type { ObservedPayload } from '../core/payload/observed-payload.ts';
import type { Context } from '../machine/context.ts';
import type { CommandResult, Guest } from '../machine/guest.ts';
import { observePayload } from './observe-payload.ts';
import { writePayloadImage } from './payload-image.ts';
import { createContext } from '../machine/context.ts';

const calm = createContext();

/** Only root may give files away and set other people's bits, which is what the guest's tar does. */
const rootOnly = { skip: process.getuid?.() === 0 ? false : 'needs root, as the guest has' };

function has(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

const toolsToo =
  rootOnly.skip !== false ? rootOnly : { skip: has('xxhsum') && has('getfattr') ? false : 'xxhsum and getfattr are not installed' };

function scratch(): Disposable & { readonly hostPath: string } {
  const hostPath = mkdtempSync(join(tmpdir(), 'raidlab-payload-'));
  return {
    hostPath,
    [Symbol.dispose]: () => {
      rmSync(hostPath, { recursive: true, force: true });
    },
  };
}

/** What the drill types in the guest. */
function extract(archiveHostPath: string, hostPath: string, tree: string): void {
  const options = ['--extract', '--ignore-zeros', '--preserve-permissions', '--xattrs', '--xattrs-include=user.*'];
  const result = spawnSync('tar', [...options, '--file', archiveHostPath, '--directory', hostPath, tree], { encoding: 'utf8' });
  assert.deepEqual([result.status, result.stderr], [0, '']);
}

/** What find sees and Node hashes, with the attributes taken as they should be: the host need not have the tools for them. */
async function observeWithoutTools(manifest: Manifest, hostPath: string): Promise<ObservedPayload> {
  const [find = '', ...args] = findCommand(hostPath);
  const found = parseFind(execFileSync(find, args, { encoding: 'utf8', env: { LC_ALL: 'C.UTF-8' } }));
  const contents = new Map<string, { readonly xxh128: string }>();
  for (const entry of found.filter(({ kind }) => kind === 'file'))
    contents.set(entry.path, { xxh128: await xxhash128(readFileSync(join(hostPath, entry.path))) });
  const xattrs = new Map(manifest.entries.flatMap((entry) => ('xattrs' in entry ? [[entry.path, entry.xattrs] as const] : [])));
  return { found, contents, xattrs, complaints: [] };
}

/** A guest whose inside is this host. */
const hostAsGuest: Guest = {
  machine: 'host',
  run: (_ctx, argv) => {
    const { status, stdout, stderr } = spawnSync(argv[0] ?? '', argv.slice(1), {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    const result: CommandResult = { argv, exitCode: status ?? 255, stdout, stderr, durationMs: 0 };
    return Promise.resolve(result);
  },
  start: () => Promise.reject(new Error('not used')),
  readFile: () => Promise.reject(new Error('not used')),
  writeFile: () => Promise.reject(new Error('not used')),
};

function manifestOf(manifests: ReadonlyMap<string, Manifest>, tree: string): Manifest {
  const manifest = manifests.get(tree);
  assert.ok(manifest);
  return manifest;
}

test('GNU tar restores each tree of a payload whole: contents, names, modes, owners, times, links, holes', rootOnly, async () => {
  using directory = scratch();
  const archive = join(directory.hostPath, 'payload.tar');
  const trees = ['payload', 'written-degraded'];
  const { manifests } = await writePayloadImage(
    calm,
    archive,
    'seed',
    trees.map((tree, index) => ({ tree, sizeBytes: 3_000_000 - index * 2_000_000 })),
  );
  assert.equal(statSync(archive).size % 10_240, 0);
  for (const tree of trees) {
    extract(archive, directory.hostPath, tree);
    const manifest = manifestOf(manifests, tree);
    const observed = await observeWithoutTools(manifest, join(directory.hostPath, tree));
    assert.deepEqual(compareWithManifest(manifest, observed).map(formatDifference), []);
    for (const entry of manifest.entries) {
      if (entry.kind !== 'file' || !entry.isSparse) continue;
      const found = observed.found.find(({ path }) => path === entry.path);
      assert.ok(found !== undefined && found.allocatedBytes < found.sizeBytes, `${entry.path} has holes`);
    }
  }
});

test('what find, xxhsum and getfattr see of a restored payload is what was written, and damage is named', toolsToo, async () => {
  using directory = scratch();
  const archive = join(directory.hostPath, 'payload.tar');
  const { manifests } = await writePayloadImage(calm, archive, 'seed', [{ tree: 'payload', sizeBytes: 2_000_000 }]);
  extract(archive, directory.hostPath, 'payload');
  const manifest = manifestOf(manifests, 'payload');
  const payload = join(directory.hostPath, 'payload');
  assert.deepEqual(compareWithManifest(manifest, await observePayload(calm, hostAsGuest, manifest, payload)).map(formatDifference), []);

  const damaged = join(payload, 'archive/large-0.random');
  const { size, mtime } = statSync(damaged);
  const bytes = readFileSync(damaged);
  bytes[size >> 1] = (bytes[size >> 1] ?? 0) ^ 1;
  writeFileSync(damaged, bytes);
  execFileSync('touch', ['-d', mtime.toISOString(), damaged]);
  rmSync(join(payload, 'links/triple-2'));
  chmodSync(join(payload, 'modes/private'), 0o644);
  truncateSync(join(payload, 'inline/of 777 bytes'), 776);
  execFileSync('setfattr', ['-x', 'user.empty', join(payload, 'attributes/several')]);
  writeFileSync(join(payload, 'stray'), 'x');
  const differences = compareWithManifest(manifest, await observePayload(calm, hostAsGuest, manifest, payload));
  const said = differences.map(({ kind, path }) => `${kind} ${path}`);
  for (const expected of [
    'content-differs archive/large-0.random',
    'missing links/triple-2',
    'link-broken links/triple',
    'mode-differs modes/private',
    'size-differs inline/of 777 bytes',
    'xattr-differs attributes/several',
    'unexpected stray',
    'mtime-differs .',
  ]) {
    assert.ok(said.includes(expected), `${expected} among ${said.join(', ')}`);
  }
});

test('a payload whose directory is gone is missing, not a riddle', toolsToo, async () => {
  using directory = scratch();
  const { manifests } = await writePayloadImage(calm, join(directory.hostPath, 'p.tar'), 'seed', [{ tree: 'payload', sizeBytes: 300_000 }]);
  const manifest = manifestOf(manifests, 'payload');
  const differences = compareWithManifest(manifest, await observePayload(calm, hostAsGuest, manifest, '/nowhere/payload'));
  assert.equal(differences.filter(({ kind }) => kind === 'missing').length, manifest.entries.length);
});

test('a file that cannot be read costs one more run of xxhsum and no other file', async () => {
  using directory = scratch();
  const { manifests } = await writePayloadImage(calm, join(directory.hostPath, 'p.tar'), 'seed', [{ tree: 'payload', sizeBytes: 300_000 }]);
  const manifest = manifestOf(manifests, 'payload');
  const files = manifest.entries.filter((entry) => entry.kind === 'file');
  const bad = new Set([files[3]?.path, files[40]?.path, files.at(-1)?.path]);
  let runs = 0;
  const scripted: Guest = {
    ...hostAsGuest,
    run: (_ctx, argv) => {
      const result = { argv, exitCode: 1, stdout: '', stderr: '', durationMs: 0 };
      if (argv[0] === 'find') return Promise.resolve({ ...result, stdout: 'd\t755\t1\t1\t1\t0\t0\t0\t1.0000000000\t\0\0' });
      if (argv[0] === 'getfattr') return Promise.resolve({ ...result, exitCode: 0 });
      runs += 1;
      const paths = argv.slice(3);
      const stop = paths.findIndex((path) => bad.has(path.replace('/s/payload/', '')));
      const hashed = stop === -1 ? paths : paths.slice(0, stop);
      const stdout = hashed.map((path) => `${'0'.repeat(32)}  ${path}\n`).join('');
      return Promise.resolve({ ...result, stdout, stderr: stop === -1 ? '' : 'Error: a failure occurred reading the input file.\n' });
    },
  };
  const { contents, complaints } = await observePayload(calm, scripted, manifest, '/s/payload');
  assert.equal(contents.size, files.length);
  assert.deepEqual(
    [...contents].filter(([, reading]) => 'unreadable' in reading).map(([path]) => path),
    [...bad],
  );
  assert.equal(runs, 3);
  assert.deepEqual(complaints, ['find ended with exit 1']);
});

test('a tool that says something unknown is a failure with its command, not a finding', async () => {
  using directory = scratch();
  const { manifests } = await writePayloadImage(calm, join(directory.hostPath, 'p.tar'), 'seed', [{ tree: 'payload', sizeBytes: 300_000 }]);
  const mumbling: Guest = {
    ...hostAsGuest,
    run: (_ctx, argv) => Promise.resolve({ argv, exitCode: 0, stdout: 'hm\n', stderr: '', durationMs: 0 }),
  };
  await assert.rejects(observePayload(calm, mumbling, manifestOf(manifests, 'payload'), '/s/payload'), (error) => {
    assert.ok(error instanceof RaidlabError && error.failure.area === 'guest' && error.failure.reason === 'output-not-understood');
    assert.equal(error.failure.argv[0], 'find');
    return true;
  });
});

test('the same seed writes the same archive, byte for byte', async () => {
  using directory = scratch();
  const [one, other, third] = ['1', '2', '3'].map((name) => join(directory.hostPath, name)) as [string, string, string];
  const trees = [{ tree: 'payload', sizeBytes: 700_000 }];
  await writePayloadImage(calm, one, 'seed', trees);
  await writePayloadImage(calm, other, 'seed', trees);
  await writePayloadImage(calm, third, 'another', trees);
  assert.ok(readFileSync(one).equals(readFileSync(other)));
  assert.ok(!readFileSync(one).equals(readFileSync(third)));
});

test('a full disk and an impossible place are failures of the host', async () => {
  const reasonOf = async (hostPath: string): Promise<string> => {
    const error: unknown = await writePayloadImage(calm, hostPath, 'seed', [{ tree: 'payload', sizeBytes: 300_000 }]).then(
      () => undefined,
      (rejection: unknown) => rejection,
    );
    assert.ok(error instanceof RaidlabError);
    return `${error.failure.area}/${error.failure.reason}`;
  };
  assert.equal(await reasonOf('/dev/full'), 'host/disk-full');
  assert.equal(await reasonOf('/dev/null/payload.tar'), 'host/not-writable');
});

test('an interrupted run stops writing with the reason of its context', async () => {
  using directory = scratch();
  const controller = new AbortController();
  const ctx: Context = { ...calm, signal: controller.signal };
  const writing = writePayloadImage(ctx, join(directory.hostPath, 'p.tar'), 'seed', [{ tree: 'payload', sizeBytes: 200_000_000 }]);
  const reason = new Error('stop');
  setTimeout(() => {
    controller.abort(reason);
  }, 50);
  await assert.rejects(writing, reason);
});

test('32 MiB are made, hashed and written within five seconds on a busy host', async () => {
  using directory = scratch();
  const startedMs = performance.now();
  await writePayloadImage(calm, join(directory.hostPath, 'p.tar'), 'seed', [{ tree: 'payload', sizeBytes: 32 * 2 ** 20 }]);
  assert.ok(performance.now() - startedMs < 5000);
});
