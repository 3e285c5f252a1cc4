import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinBytes, utf8 } from '../bytes/bytes.ts';
import { ustarBlock } from '../payload/pax.ts';
import { BadBundle, fitsInTar, openTarReader, tarEnd, tarHead, tarPadding } from './tar.ts';

function archive(files: readonly (readonly [name: string, content: string])[]): Uint8Array {
  const pieces = files.flatMap(([name, content]) => {
    const bytes = utf8(content);
    return [tarHead(name, bytes.length, 0), bytes, tarPadding(bytes.length)];
  });
  return joinBytes([...pieces, tarEnd]);
}

function read(bytes: Uint8Array, pieceBytes = bytes.length): readonly (readonly [name: string, content: string])[] {
  const files: [string, string][] = [];
  const reader = openTarReader({
    begin: (name) => files.push([name, '']),
    content: (piece) => {
      const last = files.at(-1);
      if (last !== undefined) last[1] += new TextDecoder().decode(piece);
    },
    end: () => undefined,
  });
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.take(bytes.subarray(at, at + pieceBytes));
  reader.finish();
  return files;
}

const some = [
  ['bundle.json', '{}\n'],
  ['empty/main/console.log', ''],
  ['full/main/qmp.ndjson', 'x'.repeat(512)],
] as const;

test('an archive is read as it was written, in whatever pieces it comes', () => {
  const content = fc.string({ unit: fc.constantFrom('a', '\n', '0'), maxLength: 1200 });
  const files = fc.array(fc.tuple(fc.constantFrom('a', 'b/c', 'd/e.f'), content), { maxLength: 4 });
  fc.assert(
    fc.property(files, fc.integer({ min: 1, max: 1500 }), (written, pieceBytes) => {
      assert.deepEqual(read(archive(written), pieceBytes), written);
    }),
  );
});

test('an archive that other programs have filled up is read', () => {
  assert.deepEqual(read(joinBytes([archive(some), new Uint8Array(8192)])), some);
});

test('what ends before its end is refused, wherever it ends', () => {
  const whole = archive(some);
  for (let length = 0; length < whole.length; length += 1) {
    assert.throws(() => read(whole.subarray(0, length), 100), BadBundle, String(length));
  }
});

test('what stands behind the end is refused', () => {
  assert.throws(() => read(joinBytes([archive(some), utf8('x')])), /behind its end/u);
  assert.throws(() => read(joinBytes([archive([]).subarray(0, 512), archive(some)])), /behind its end/u);
});

test('links, directories, extensions and long names are refused', () => {
  const plain = { name: 'a', mode: 0o600, uid: 0, gid: 0, sizeBytes: 0, mtimeSeconds: 0 };
  for (const type of ['1', '2', '5', 'x'] as const) {
    assert.throws(() => read(joinBytes([ustarBlock({ ...plain, type, linkName: '/etc/passwd' }), tarEnd])), /no regular file/u);
  }
  const prefixed = ustarBlock({ ...plain, type: '0' });
  prefixed[345] = 0x61;
  prefixed.set(
    utf8(
      `${prefixed
        .reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
    ),
    148,
  );
  assert.throws(() => read(joinBytes([prefixed, tarEnd])), /short name/u);
});

test('no change of a byte of a header goes unseen', () => {
  const whole = archive([['a', 'content']]);
  for (let at = 0; at < 512; at += 1) {
    // The blank behind the sum says nothing.
    if (at === 155) continue;
    const changed = whole.slice();
    changed[at] = (changed[at] ?? 0) ^ 0x11;
    assert.throws(() => read(changed), BadBundle, String(at));
  }
});

test('a name fits when ustar has room for it', () => {
  assert.ok(fitsInTar('a'.repeat(100)));
  for (const name of ['', 'a'.repeat(101), 'ä', 'a b']) assert.ok(!fitsInTar(name), name);
});
