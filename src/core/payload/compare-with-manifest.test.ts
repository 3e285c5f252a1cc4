import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareWithManifest, formatDifference } from './compare-with-manifest.ts';
import type { PayloadDifference } from './compare-with-manifest.ts';
import type { FoundEntry } from './find.ts';
import { makeManifest } from './manifest.ts';
import type { ManifestEntry } from './manifest.ts';
import type { ContentReading, ObservedPayload } from './observed-payload.ts';
import { planPayload } from './plan-payload.ts';

const plan = planPayload({ seed: 'x', sizeBytes: 400_000 });
const hashes = new Map(
  plan.entries.flatMap((entry, index) => (entry.kind === 'file' ? [[entry.path, String(index).padStart(32, '0')] as const] : [])),
);
const manifest = makeManifest(plan, hashes);

/** What the tools see when all is well. */
function wellObserved(): ObservedPayload {
  const groupOf = (entry: ManifestEntry): string => (entry.kind === 'file' ? (entry.linkGroup ?? entry.path) : entry.path);
  const inodes = [...new Set(manifest.entries.map(groupOf))];
  const found = manifest.entries.map((entry): FoundEntry => ({
    path: entry.path,
    kind: entry.kind,
    mode: entry.mode,
    linkCount: manifest.entries.filter((other) => groupOf(other) === groupOf(entry)).length,
    inode: String(257 + inodes.indexOf(groupOf(entry))),
    sizeBytes: entry.kind === 'file' ? entry.sizeBytes : 42,
    allocatedBytes: 4096,
    uid: entry.uid,
    gid: entry.gid,
    mtime: entry.mtime,
    target: entry.kind === 'symlink' ? entry.target : null,
  }));
  const contents = new Map(
    manifest.entries.flatMap((entry) => (entry.kind === 'file' ? [[entry.path, { xxh128: entry.xxh128 ?? '' }] as const] : [])),
  );
  const xattrs = new Map(
    manifest.entries.flatMap((entry) => ('xattrs' in entry && entry.xattrs.length > 0 ? [[entry.path, entry.xattrs] as const] : [])),
  );
  return { found, contents, xattrs, complaints: [] };
}

const well = wellObserved();
const files = manifest.entries.filter((entry) => entry.kind === 'file');
const links = manifest.entries.filter((entry) => entry.kind === 'symlink');
const linked = files.filter((file) => file.linkGroup !== null);
const attributed = manifest.entries.filter((entry) => 'xattrs' in entry && entry.xattrs.length > 0);

/** One thing gone wrong: what is seen then, where, and what must be said of it. */
interface Mutation {
  readonly observed: ObservedPayload;
  readonly path: string;
  readonly kind: PayloadDifference['kind'];
}

const changeFound = (path: string, change: Partial<FoundEntry>): ObservedPayload => ({
  ...well,
  found: well.found.map((entry) => (entry.path === path ? { ...entry, ...change } : entry)),
});

const readAs = (path: string, reading: ContentReading | undefined): ObservedPayload => {
  const contents = new Map(well.contents);
  contents.delete(path);
  if (reading !== undefined) contents.set(path, reading);
  return { ...well, contents };
};

const entryPath = fc.constantFrom(...manifest.entries).map((entry) => entry.path);
const filePath = fc.constantFrom(...files).map((entry) => entry.path);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  entryPath.map((path): Mutation => ({
    observed: { ...well, found: well.found.filter((entry) => entry.path !== path) },
    path,
    kind: 'missing',
  })),
  fc.string({ minLength: 1 }).map((name): Mutation => {
    const path = `stray ${name}`;
    const [first] = well.found;
    assert.ok(first);
    return { observed: { ...well, found: [...well.found, { ...first, path }] }, path, kind: 'unexpected' };
  }),
  filePath.map((path): Mutation => ({ observed: readAs(path, { unreadable: 'Input/output error' }), path, kind: 'unreadable' })),
  filePath.map((path): Mutation => ({ observed: readAs(path, undefined), path, kind: 'unchecked' })),
  filePath.map((path): Mutation => ({ observed: readAs(path, { xxh128: 'f'.repeat(32) }), path, kind: 'content-differs' })),
  filePath.map((path): Mutation => ({ observed: changeFound(path, { sizeBytes: 999_999_999 }), path, kind: 'size-differs' })),
  fc.tuple(entryPath, fc.integer({ min: 1, max: 0o7777 })).map(([path, flip]): Mutation => {
    const mode = (well.found.find((entry) => entry.path === path)?.mode ?? 0) ^ flip;
    return { observed: changeFound(path, { mode }), path, kind: 'mode-differs' };
  }),
  entryPath.map((path): Mutation => ({ observed: changeFound(path, { uid: 4242 }), path, kind: 'owner-differs' })),
  entryPath.map((path): Mutation => ({ observed: changeFound(path, { gid: 4242 }), path, kind: 'owner-differs' })),
  entryPath.map((path): Mutation => ({ observed: changeFound(path, { mtime: '1.000000000' }), path, kind: 'mtime-differs' })),
  entryPath.map((path): Mutation => ({ observed: changeFound(path, { kind: 'other' }), path, kind: 'kind-differs' })),
  fc
    .constantFrom(...links)
    .map(({ path }): Mutation => ({ observed: changeFound(path, { target: 'elsewhere' }), path, kind: 'target-differs' })),
  fc.constantFrom(...files).map(({ path }): Mutation => ({ observed: changeFound(path, { linkCount: 9 }), path, kind: 'link-broken' })),
  fc
    .constantFrom(...linked)
    .filter((file) => file.path !== file.linkGroup)
    .map(({ path }): Mutation => ({ observed: changeFound(path, { inode: '99999' }), path, kind: 'link-broken' })),
  fc.constantFrom(...attributed).map(({ path }): Mutation => {
    const xattrs = new Map(well.xattrs);
    xattrs.delete(path);
    return { observed: { ...well, xattrs }, path, kind: 'xattr-differs' };
  }),
  filePath.map((path): Mutation => {
    const xattrs = new Map(well.xattrs).set(path, [...(well.xattrs.get(path) ?? []), { name: 'user.stray', valueHex: '00' }]);
    return { observed: { ...well, xattrs }, path, kind: 'xattr-differs' };
  }),
  fc.string({ minLength: 1 }).map((said): Mutation => ({ observed: { ...well, complaints: [said] }, path: '.', kind: 'tool-complained' })),
);

test('what was written and is there has no difference', () => {
  assert.deepEqual(compareWithManifest(manifest, well), []);
});

test('every single thing gone wrong is found, at its path and by its name', () => {
  fc.assert(
    fc.property(mutation, ({ observed, path, kind }) => {
      const differences = compareWithManifest(manifest, observed);
      const found = differences.find((difference) => difference.path === path && difference.kind === kind);
      assert.ok(found, `${kind} at ${path}, not ${differences.map(formatDifference).join(' | ')}`);
      assert.ok(formatDifference(found).startsWith(`${path}: `));
    }),
    { numRuns: 1000 },
  );
});

test('an empty directory in the place of the payload misses every entry', () => {
  const differences = compareWithManifest(manifest, { found: [], contents: new Map(), xattrs: new Map(), complaints: [] });
  assert.equal(differences.length, manifest.entries.length);
  assert.ok(differences.every((difference) => difference.kind === 'missing'));
});

test('a manifest without the hash of a file cannot be made', () => {
  assert.throws(() => makeManifest(plan, new Map()), RangeError);
});
