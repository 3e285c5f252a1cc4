import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ByteRange } from '../fault/fault.ts';
import { isCommand, recordings, testRecordings, testRefusals } from '../parsing/recordings.test.ts';
import type { Expectation } from '../parsing/recordings.test.ts';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseFilefrag } from './filefrag.ts';

const several = recordings.filter(({ name }) => name === 'filefrag-several');
const guestPaths = several[0]?.argv.slice(2) ?? [];
/** The files are the same in every recording, and lie below the directory that its array was mounted on. */
const parse = (text: string): ReadonlyMap<string, readonly ByteRange[]> => {
  const directory = /^File size of (\/\w+\/)/mu.exec(text)?.[1] ?? '/';
  return parseFilefrag(
    guestPaths.map((guestPath) => guestPath.replace(/^\/\w+\//u, directory)),
    text,
  );
};

const files: Expectation<ReadonlyMap<string, readonly ByteRange[]>> = {
  parse,
  check: (extents) => {
    const bytes = [...extents].map(([guestPath, ranges]) => [
      guestPath.replace(/^\/\w+\//, ''),
      ranges.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0),
    ]);
    assert.deepEqual(bytes, [
      ['plain', 3 * 1024 ** 2],
      ['inline', 0],
      ['empty', 0],
      ['hole', 0],
      ['sparse', 4 * 4096],
      ['a name, with: 1 extent found', 2 * 4096],
      ['shared', 3 * 1024 ** 2],
    ]);
    const [plainPath = ''] = extents.keys();
    const [plain] = extents.get(plainPath) ?? [];
    const shared = extents.get([...extents.keys()][6] ?? '') ?? [];
    assert.ok(plain !== undefined && plain.offsetBytes > 0);
    assert.deepEqual(shared[0], { offsetBytes: plain.offsetBytes, lengthBytes: 100 * 4096 });
    assert.deepEqual(shared[2], { offsetBytes: plain.offsetBytes + 107 * 4096, lengthBytes: 661 * 4096 });
  },
};

/** The file that an output is about. */
function pathIn(text: string): string {
  return text.split('\n')[1]?.split(' ')[3] ?? '';
}

testRecordings('filefrag', isCommand('filefrag'), {
  'filefrag-several': files,
  // What is compressed does not lie where it says.
  'filefrag-compressed': {
    parse: (text) => parseFilefrag([pathIn(text)], text),
    check: (extents) => {
      assert.equal(extents.size, 0);
    },
  },
  'filefrag-missing': 'refused',
});

testRefusals((text) => parseFilefrag([pathIn(text)], text), ['filefrag-missing']);

test('the files must be those that were asked about, in their order', () => {
  for (const { stdout } of several) {
    assert.throws(() => parseFilefrag(guestPaths.toReversed(), stdout), UnknownOutput);
    assert.throws(() => parseFilefrag(guestPaths.slice(1), stdout), UnknownOutput);
    assert.throws(() => parseFilefrag([...guestPaths, '/other/more'], stdout), UnknownOutput);
  }
});
