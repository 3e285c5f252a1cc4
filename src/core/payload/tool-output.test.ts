import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseFind } from './find.ts';
import { parseGetfattr } from './getfattr.ts';
import { parseXxhsum } from './xxhsum.ts';

const hash = (digit: string): string => digit.repeat(32);

const findOutput = [
  'd\t755\t1\t257\t120\t0\t0\t0\t1600000000.0000000000\t\0\0',
  "f\t4755\t2\t258\t9216\t24\t1000\t33\t1600000000.1234567890\tmodes/it's a file\0\0",
  'l\t777\t1\t259\t4\t0\t0\t0\t-1.5000000000\tlink\0pair\twith\ntab\0',
].join('');

test('a listing of find is read entry by entry', () => {
  assert.deepEqual(parseFind(findOutput), [
    {
      path: '.',
      kind: 'directory',
      mode: 0o755,
      linkCount: 1,
      inode: '257',
      sizeBytes: 120,
      allocatedBytes: 0,
      uid: 0,
      gid: 0,
      mtime: '1600000000.000000000',
      target: null,
    },
    {
      path: "modes/it's a file",
      kind: 'file',
      mode: 0o4755,
      linkCount: 2,
      inode: '258',
      sizeBytes: 9216,
      allocatedBytes: 12_288,
      uid: 1000,
      gid: 33,
      mtime: '1600000000.123456789',
      target: null,
    },
    {
      path: 'link',
      kind: 'symlink',
      mode: 0o777,
      linkCount: 1,
      inode: '259',
      sizeBytes: 4,
      allocatedBytes: 0,
      uid: 0,
      gid: 0,
      mtime: '-1.500000000',
      target: 'pair\twith\ntab',
    },
  ]);
});

test('a listing that is cut off is refused, or is that of fewer whole entries', () => {
  const entries = parseFind(findOutput);
  fc.assert(
    fc.property(fc.nat({ max: findOutput.length - 1 }), (length) => {
      try {
        const cut = parseFind(findOutput.slice(0, length));
        // The manifest misses what is not listed, so this is seen.
        assert.ok(cut.length < entries.length);
        assert.deepEqual(cut, entries.slice(0, cut.length));
      } catch (error) {
        assert.ok(error instanceof UnknownOutput);
      }
    }),
  );
});

test('a listing with anything unknown in it is refused', () => {
  const entry = 'f\t644\t1\t258\t1\t8\t0\t0\t1.0000000000\ta\0\0';
  for (const bad of [
    '',
    '\0',
    entry,
    `find: no\n${findOutput}`,
    `${findOutput}x`,
    findOutput + entry + entry,
    findOutput.replace('f\t', '?\t'),
    findOutput.replace('4755', '98'),
  ]) {
    assert.throws(() => parseFind(bad), UnknownOutput, JSON.stringify(bad));
  }
});

const asked = ['/s/a', '/s/ü b', '/s/gone', '/s/c', '/s/d'];

test('what xxhsum hashed and could not open is read', () => {
  const stdout = `${hash('1')}  /s/a\n${hash('2')}  /s/ü b\n${hash('3')}  /s/c\n${hash('4')}  /s/d\n`;
  const stderr = `Error: Could not open '/s/gone': No such file or directory. \n\r${' '.repeat(79)}\r`;
  const { contents, unasked } = parseXxhsum(asked, stdout, stderr);
  assert.deepEqual(
    [...contents],
    [
      ['/s/a', { xxh128: hash('1') }],
      ['/s/ü b', { xxh128: hash('2') }],
      ['/s/gone', { unreadable: 'No such file or directory' }],
      ['/s/c', { xxh128: hash('3') }],
      ['/s/d', { xxh128: hash('4') }],
    ],
  );
  assert.deepEqual(unasked, []);
});

test('xxhsum ends at the first file that it cannot read, and the rest must be asked again', () => {
  const stderr = "Error: Could not open '/s/gone': Input/output error. \nError: a failure occurred reading the input file.\n";
  const { contents, unasked } = parseXxhsum(asked, `${hash('1')}  /s/a\n${hash('2')}  /s/ü b\n`, stderr);
  assert.deepEqual(contents.get('/s/gone'), { unreadable: 'Input/output error' });
  assert.deepEqual(contents.get('/s/c'), { unreadable: 'a failure occurred reading the file' });
  assert.deepEqual(unasked, ['/s/d']);
});

test('a directory where a file should be is unreadable', () => {
  assert.deepEqual(parseXxhsum(['/s/a'], '', 'xxhsum: /s/a: Is a directory \n').contents.get('/s/a'), { unreadable: 'Is a directory' });
});

test('xxhsum that passes over a path, says it twice, or says anything else is refused', () => {
  const line = (digit: string, path: string): string => `${hash(digit)}  ${path}\n`;
  const cases: readonly (readonly [readonly string[], string, string])[] = [
    [['/s/a', '/s/c'], line('1', '/s/a'), ''],
    [['/s/a'], '', ''],
    [['/s/a'], line('1', '/s/a') + line('1', '/s/a'), ''],
    [['/s/a', '/s/c'], line('1', '/s/c') + line('1', '/s/a'), ''],
    [['/s/a'], line('1', '/s/other'), ''],
    [['/s/a'], `${hash('1').slice(1)}  /s/a\n`, ''],
    [['/s/a'], `\\${line('1', '/s/a')}`, ''],
    [['/s/a'], line('1', '/s/a'), 'Segmentation fault\n'],
    [['/s/a'], line('1', '/s/a'), 'Error: a failure occurred reading the input file.\n'],
    [['/s/a', '/s/c'], line('1', '/s/c'), 'Error: a failure occurred reading the input file.\n'],
    [['/s/a'], line('1', '/s/a'), "Error: Could not open '/s/x': Input/output error. \n"],
  ];
  for (const [paths, stdout, stderr] of cases) assert.throws(() => parseXxhsum(paths, stdout, stderr), UnknownOutput, stdout + stderr);
});

test('hashes that are cut off anywhere are refused', () => {
  const stdout = `${hash('1')}  /s/a\n${hash('2')}  /s/ab\n`;
  for (let length = 0; length < stdout.length; length += 1)
    assert.throws(() => parseXxhsum(['/s/a', '/s/ab'], stdout.slice(0, length), ''), UnknownOutput);
});

const getfattrOutput = [
  '# file: /s/payload\nuser.b=0x00ff\nuser.a\\075b\\134=0x\n\n',
  '# file: /s/payload/ü and\\134 b\\012\nuser.größe=0x6d\n\n',
].join('');

test('attributes are read by path, with what getfattr escapes', () => {
  assert.deepEqual(
    [...parseGetfattr('/s/payload', getfattrOutput)],
    [
      [
        '.',
        [
          { name: 'user.a=b\\', valueHex: '' },
          { name: 'user.b', valueHex: '00ff' },
        ],
      ],
      ['ü and\\ b\n', [{ name: 'user.größe', valueHex: '6d' }]],
    ],
  );
  assert.equal(parseGetfattr('/s/payload', '').size, 0);
});

test('attributes that are cut off are refused, or are those of fewer files', () => {
  for (let length = 1; length < getfattrOutput.length; length += 1) {
    try {
      assert.equal(parseGetfattr('/s/payload', getfattrOutput.slice(0, length)).size, 1);
    } catch (error) {
      assert.ok(error instanceof UnknownOutput);
    }
  }
});

test('attributes with anything unknown among them are refused', () => {
  const good = '# file: /s/payload/a\nuser.b=0x00\n\n';
  for (const bad of [
    good.replace('0x00', '"x"'),
    good.replace('0x00', '0x0'),
    good.replace('/s/payload/a', '/elsewhere'),
    good.replace('user.b', 'trusted.b'),
    good.replace('user.b', 'user.\\999'),
    good + good,
    '# file: /s/payload/a\n\n',
    `getfattr: x\n${good}`,
  ]) {
    assert.throws(() => parseGetfattr('/s/payload', bad), UnknownOutput, bad);
  }
});
