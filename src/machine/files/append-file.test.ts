import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { oldFileOf, openAppendFile, openCappedFile } from './append-file.ts';

const root = mkdtempSync(join(tmpdir(), 'raidlab-test-'));
after(() => {
  rmSync(root, { recursive: true });
});

let files = 0;
const newPath = (): string => join(root, `file-${String((files += 1))}`);
const leftOut = (bytes: number): string => `left out ${String(bytes)}\n`;
const read = (hostPath: string): string => readFileSync(hostPath, 'utf8');

test('what is appended comes behind what was there, for nobody else to read', () => {
  const hostPath = newPath();
  for (const text of ['one\n', 'two\n']) {
    using file = openAppendFile(hostPath);
    file.append(Buffer.from(text));
  }
  assert.equal(read(hostPath), 'one\ntwo\n');
  assert.equal(statSync(hostPath).mode & 0o777, 0o600);
});

test('a capped file that is full becomes the old one, and what is left out is counted', () => {
  const hostPath = newPath();
  using file = openCappedFile(hostPath, { mostBytes: 30, formatLeftOut: leftOut });
  for (const text of ['a'.repeat(20), 'b'.repeat(20)]) file.append(Buffer.from(text));
  assert.deepEqual([read(oldFileOf(hostPath)), read(hostPath)], ['a'.repeat(20), 'b'.repeat(20)], 'nothing is left out yet');
  file.append(Buffer.from('c'.repeat(20)));
  assert.deepEqual([read(oldFileOf(hostPath)), read(hostPath)], ['b'.repeat(20), `left out 20\n${'c'.repeat(20)}`]);
  assert.equal(statSync(hostPath).mode & 0o777, 0o600);
});

test('one that an earlier machine filled is not made longer', () => {
  const hostPath = newPath();
  writeFileSync(hostPath, 'x'.repeat(29));
  using file = openCappedFile(hostPath, { mostBytes: 30, formatLeftOut: leftOut });
  file.append(Buffer.from('new'));
  assert.deepEqual([read(oldFileOf(hostPath)), read(hostPath)], ['x'.repeat(29), 'new']);
});

test('whatever is appended, a capped file and the old one stay within the cap, and end with what came last', () => {
  const most = 64;
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 }), { maxLength: 60 }), (texts) => {
      const hostPath = newPath();
      using file = openCappedFile(hostPath, { mostBytes: most, formatLeftOut: leftOut });
      for (const text of texts) file.append(Buffer.from(text));
      const both = (readdirSync(root).includes(`${hostPath.slice(root.length + 1)}.old`) ? read(oldFileOf(hostPath)) : '') + read(hostPath);
      assert.ok(both.length <= 2 * (most + leftOut(10_000).length));
      assert.ok(both.endsWith(texts.slice(-1).join('')));
    }),
    { numRuns: 50 },
  );
});
