import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentOf } from './content.ts';
import { dataBytes, isSparse } from './entry.ts';
import type { FileEntry, PayloadEntry } from './entry.ts';
import { planPayload, smallestPayloadBytes } from './plan-payload.ts';
import { tarOf } from './tar.ts';

const filesOf = (entries: readonly PayloadEntry[]): readonly FileEntry[] => entries.filter((entry) => entry.kind === 'file');

function whole(entry: FileEntry): Uint8Array {
  const bytes = new Uint8Array(entry.sizeBytes);
  let at = 0;
  for (const piece of contentOf(entry)) {
    bytes.set(piece, at);
    at += piece.length;
  }
  assert.equal(at, entry.sizeBytes, entry.path);
  return bytes;
}

test('the data in regular files adds up to the wished size, for any seed and size', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: smallestPayloadBytes, max: 2 ** 31 }), (seed, sizeBytes) => {
      const { entries } = planPayload({ seed, sizeBytes });
      assert.equal(
        filesOf(entries).reduce((sum, entry) => sum + dataBytes(entry), 0),
        sizeBytes,
      );
      assert.ok(filesOf(entries).every((entry) => entry.sizeBytes >= 0));
      assert.equal(new Set(entries.map((entry) => entry.path)).size, entries.length);
    }),
  );
});

test('the same seed gives the same payload, another seed another', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      fc.pre(one !== other);
      const wish = { seed: one, sizeBytes: 1_000_000 };
      assert.deepEqual(planPayload(wish), planPayload(wish));
      assert.notDeepEqual(planPayload(wish).entries, planPayload({ ...wish, seed: other }).entries);
    }),
  );
});

test('a payload below the smallest size is refused', () => {
  assert.throws(() => planPayload({ seed: 'x', sizeBytes: smallestPayloadBytes - 1 }), RangeError);
  assert.throws(() => planPayload({ seed: 'x', sizeBytes: Number.NaN }), RangeError);
});

test('a payload has every kind of entry that filesystems store in their own way', () => {
  const { entries } = planPayload({ seed: 'x', sizeBytes: smallestPayloadBytes });
  const files = filesOf(entries);
  assert.ok(files.some((file) => file.sizeBytes === 0));
  assert.ok(files.filter((file) => file.sizeBytes > 0 && file.sizeBytes <= 2048).length >= 20, 'inline');
  assert.ok(files.filter(isSparse).length >= 4);
  assert.ok(files.some((file) => file.filling === 'random') && files.some((file) => file.filling === 'text'));
  assert.ok(files.some((file) => file.xattrs.length > 1));
  assert.ok(entries.filter((entry) => entry.kind === 'hard-link').length >= 3);
  assert.ok(entries.filter((entry) => entry.kind === 'symlink').length >= 4);
  assert.ok(entries.some((entry) => entry.path.endsWith(' ')) && entries.some((entry) => /[^\x20-\x7e]/u.test(entry.path)));
  assert.ok(new Set(entries.map((entry) => entry.mode)).size >= 8);
});

test('no name needs escaping by xxhsum, find or getfattr, and none is too long', () => {
  for (const { path } of planPayload({ seed: 'x', sizeBytes: 50_000_000 }).entries) {
    assert.doesNotMatch(path, /[\t\n\r\\\0]/u);
    for (const part of path.split('/')) assert.ok(Buffer.byteLength(part) <= 255);
  }
});

test('a directory is written before what it holds and not come back to, a file before its hard links', () => {
  const { entries } = planPayload({ seed: 'x', sizeBytes: 5_000_000 });
  const seen = new Set<string>();
  const left = new Set<string>();
  let inside: readonly string[] = [];
  for (const entry of entries) {
    const parents =
      entry.path === '.'
        ? []
        : [
            '.',
            ...entry.path
              .split('/')
              .map((_, index, parts) => parts.slice(0, index).join('/'))
              .slice(1),
          ];
    for (const parent of parents) assert.ok(seen.has(parent), `${parent} stands before ${entry.path}`);
    for (const directory of inside) if (!parents.includes(directory) && directory !== entry.path) left.add(directory);
    for (const parent of parents) assert.ok(!left.has(parent), `${entry.path} comes back to ${parent}`);
    inside = entry.kind === 'directory' ? [...parents, entry.path] : parents;
    if (entry.kind === 'hard-link') assert.ok(seen.has(entry.target));
    seen.add(entry.path);
  }
});

test('content is the same every time, differs between files, and is zeros in the holes', () => {
  const { entries } = planPayload({ seed: 'x', sizeBytes: 3_000_000 });
  const seen = new Map<string, string>();
  for (const entry of filesOf(entries)) {
    const bytes = whole(entry);
    assert.deepEqual(whole(entry), bytes);
    const key = Buffer.from(bytes).toString('latin1');
    if (dataBytes(entry) >= 64) assert.equal(seen.get(key), undefined, `${entry.path} is like no other`);
    seen.set(key, entry.path);
    let at = 0;
    for (const run of [...entry.data, { offset: entry.sizeBytes, lengthBytes: 0 }]) {
      assert.ok(bytes.subarray(at, run.offset).every((byte) => byte === 0));
      if (run.lengthBytes > 0) assert.ok(bytes.subarray(run.offset, run.offset + run.lengthBytes).some((byte) => byte !== 0));
      at = run.offset + run.lengthBytes;
    }
  }
});

test('every sector of text is unlike every other, so that one in the wrong place is seen', () => {
  const text = filesOf(planPayload({ seed: 'x', sizeBytes: 4_000_000 }).entries).filter(
    (entry) => entry.filling === 'text' && entry.sizeBytes > 10_000,
  );
  const sectors = text.flatMap((entry) => {
    const bytes = Buffer.from(whole(entry));
    return Array.from({ length: Math.floor(bytes.length / 512) }, (_, index) =>
      bytes.subarray(index * 512, index * 512 + 512).toString('latin1'),
    );
  });
  // Holes are zeros in every file.
  const written = sectors.filter((sector) => !/^\0*$/u.test(sector));
  assert.equal(new Set(written).size, written.length);
});

test('an archive is whole records and ends in at least two blocks of zeros', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: smallestPayloadBytes, max: 600_000 }), (seed, sizeBytes) => {
      let length = 0;
      let zeros = 0;
      for (const piece of tarOf(planPayload({ seed, sizeBytes }))) {
        length += piece.length;
        zeros = piece.every((byte) => byte === 0) ? zeros + piece.length : 0;
      }
      assert.equal(length % 10_240, 0);
      assert.ok(zeros >= 1024);
    }),
    { numRuns: 20 },
  );
});
