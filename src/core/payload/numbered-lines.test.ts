import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { numberedLinesBytes, planWriteNumberedLines } from './numbered-lines.ts';
import type { NumberedLines } from './numbered-lines.ts';

function write(lines: NumberedLines): void {
  const [program = '', ...args] = planWriteNumberedLines(lines).argv;
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
}

test('a shell and seq write the very bytes that the host knows, over what is there and in the same file', () => {
  const hostPath = mkdtempSync(join(tmpdir(), 'raidlab-lines-'));
  try {
    const before: NumberedLines = { guestPath: join(hostPath, 'guest.raw'), text: 'old content, unchecked', lineCount: 12_345 };
    write(before);
    assert.ok(readFileSync(before.guestPath).equals(numberedLinesBytes(before)));
    const { ino, size } = statSync(before.guestPath);
    const after = { ...before, text: 'new content, unchecked' };
    write(after);
    assert.ok(readFileSync(after.guestPath).equals(numberedLinesBytes(after)));
    assert.deepEqual([statSync(after.guestPath).ino, statSync(after.guestPath).size], [ino, size]);
    // Not cut off: a shorter writing leaves the rest as it was.
    write({ ...before, lineCount: 1 });
    assert.equal(statSync(before.guestPath).size, size);
  } finally {
    rmSync(hostPath, { recursive: true });
  }
});

test('every line is its own, and as long as the others', () => {
  const lines = new TextDecoder()
    .decode(numberedLinesBytes({ guestPath: '/f', text: 'x', lineCount: 100 }))
    .split('\n')
    .slice(0, -1);
  assert.equal(new Set(lines).size, 100);
  assert.deepEqual([...new Set(lines.map((line) => line.length))], [11]);
});

test('what a shell or seq would read otherwise is refused', () => {
  for (const text of ['100%', '$HOME', '"', "it's", '`id`', 'a\nb', '']) {
    assert.throws(() => planWriteNumberedLines({ guestPath: '/f', text, lineCount: 1 }), RangeError, text);
  }
  assert.throws(() => planWriteNumberedLines({ guestPath: '/a b', text: 'x', lineCount: 1 }), RangeError);
});
