import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UnknownOutput } from '../parsing/unknown-output.ts';
import { parseFindmnt } from './findmnt.ts';

/** As findmnt 2.38 and 2.41 print it. */
const printed = `{
   "filesystems": [
      {
         "target": "/storage",
         "source": "/dev/mapper/crypt-btrfs1",
         "fstype": "btrfs",
         "options": "rw,relatime,space_cache=v2,subvolid=5,subvol=/"
      }
   ]
}
`;

const entry = { target: '/storage', source: '/dev/mapper/crypt-btrfs1', fstype: 'btrfs', options: 'rw' };

test('what is mounted is told with its options apart', () => {
  assert.deepEqual(parseFindmnt(printed), [
    {
      target: '/storage',
      source: '/dev/mapper/crypt-btrfs1',
      fstype: 'btrfs',
      options: ['rw', 'relatime', 'space_cache=v2', 'subvolid=5', 'subvol=/'],
    },
  ]);
});

test('of two filesystems one upon the other both are told, the one on top last; no filesystem at all is an answer', () => {
  const upon = { ...entry, source: '/dev/mapper/crypt-btrfs2' };
  const sources = parseFindmnt(JSON.stringify({ filesystems: [entry, upon] })).map(({ source }) => source);
  assert.deepEqual(sources, [entry.source, upon.source]);
  assert.deepEqual(parseFindmnt(JSON.stringify({ filesystems: [] })), []);
});

test('cut off anywhere it is refused, until only the last line end is missing', () => {
  const whole = parseFindmnt(printed);
  for (let length = 0; length < printed.length - 1; length += 1) assert.throws(() => parseFindmnt(printed.slice(0, length)), UnknownOutput);
  assert.deepEqual(parseFindmnt(printed.slice(0, -1)), whole);
});

test('a line that does not belong there is refused, wherever it is', () => {
  const lines = printed.split('\n');
  fc.assert(
    fc.property(fc.nat(lines.length - 2), fc.stringMatching(/^[a-z?"]{1,20}$/u), (at, unknown) => {
      assert.throws(() => parseFindmnt(lines.toSpliced(at, 0, unknown).join('\n')), UnknownOutput);
    }),
  );
});

test('anything but filesystems with the four columns that were asked for is refused', () => {
  const short = { target: entry.target, source: entry.source, fstype: entry.fstype };
  const refused: readonly unknown[] = [
    null,
    [],
    'text',
    1,
    {},
    { filesystems: entry },
    { filesystems: [entry], more: 1 },
    { filesystems: [null] },
    { filesystems: [short] },
    { filesystems: [{ ...entry, children: [] }] },
    { filesystems: [{ ...entry, source: null }] },
    { filesystems: [{ ...entry, options: ['rw'] }] },
  ];
  for (const value of refused) assert.throws(() => parseFindmnt(JSON.stringify(value)), UnknownOutput, JSON.stringify(value));
});

test('no JSON but its own shape is ever taken for a mounted filesystem', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.throws(() => parseFindmnt(text), UnknownOutput);
    }),
  );
});
