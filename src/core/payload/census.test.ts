import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseFiles, compareWithCensus, makeCensus, oursBelow } from './census.ts';
import type { FoundEntry } from './find.ts';
import type { ContentReading, ObservedPayload } from './observed-payload.ts';

const entry = (path: string, kind: FoundEntry['kind'], rest: Partial<FoundEntry> = {}): FoundEntry => ({
  path,
  kind,
  mode: 0o644,
  linkCount: 1,
  inode: `49:${path}`,
  sizeBytes: kind === 'file' ? 10 : 0,
  allocatedBytes: 4096,
  uid: 1000,
  gid: 1000,
  mtime: '1700000000.000000000',
  target: null,
  ...rest,
});
const hash = (digit: string): { readonly xxh128: string } => ({ xxh128: digit.repeat(32) });

const before: ObservedPayload = {
  found: [
    entry('.', 'directory'),
    entry('@data', 'directory'),
    entry('@data/a', 'file'),
    entry('@data/twice', 'file', { inode: '50:300', linkCount: 2 }),
    entry('@data/again', 'file', { inode: '50:300', linkCount: 2 }),
    entry('@data/to', 'symlink', { target: 'a' }),
    entry('@data/pipe', 'other'),
    entry('@snapshots/1/a', 'file', { inode: '51:300' }),
    entry('@data/large', 'file', { sizeBytes: 1000 }),
  ],
  contents: new Map<string, ContentReading>([
    ['@data/a', hash('a')],
    ['@data/twice', hash('b')],
    ['@data/again', hash('b')],
    ['@snapshots/1/a', hash('a')],
    ['@data/large', { unreadable: 'Input/output error' }],
  ]),
  xattrs: new Map([['@data/a', [{ name: 'user.x', valueHex: '01' }]]]),
  complaints: [],
};
const census = makeCensus(before);
const ours = oursBelow('@data', ['payload', 'journal']);
const said = (after: Partial<ObservedPayload>): readonly string[] =>
  compareWithCensus(census, { ...before, ...after }, ours).map(({ kind, path }) => `${kind} ${path}`);

test('an array that is as it was has no difference, links across subvolumes and devices among it', () => {
  assert.deepEqual(said({}), []);
  assert.deepEqual(census.unread, ['@data/large']);
  assert.equal(census.manifest.sizeBytes, 40);
});

test('what raidlab writes is no difference, nor that the mount point has another time; what else turns up is', () => {
  const root = entry('@data', 'directory', { mtime: '1800000000.000000000' });
  const more = [entry('@data/payload', 'directory'), entry('@data/payload/x', 'file'), entry('@data/journal', 'directory')];
  const found = [...before.found.filter(({ path }) => path !== '@data'), root, ...more];
  assert.deepEqual(said({ found }), []);
  assert.deepEqual(said({ found: [...found, entry('@data/payload2', 'file'), entry('payload', 'file')] }), [
    'unexpected @data/payload2',
    'unexpected payload',
  ]);
});

test('a file that is lost, differs or changed its owner is named, in whichever subvolume', () => {
  assert.deepEqual(said({ found: before.found.filter(({ path }) => path !== '@snapshots/1/a') }), ['missing @snapshots/1/a']);
  assert.deepEqual(said({ contents: new Map([...before.contents, ['@data/a', hash('c')]]) }), ['content-differs @data/a']);
  assert.deepEqual(said({ found: before.found.map((each) => (each.path === '@data/pipe' ? { ...each, uid: 0 } : each)) }), [
    'owner-differs @data/pipe',
  ]);
});

test('no more is read than the limit allows, and no name that the tool cannot be given', () => {
  const found = [
    entry('.', 'directory'),
    entry('large', 'file', { sizeBytes: 100 }),
    entry('a', 'file'),
    entry('b\nc', 'file'),
    entry('d', 'file'),
  ];
  assert.deepEqual(
    chooseFiles(found, 25).map(({ path }) => path),
    ['a', 'd'],
  );
});

test('on a top level that is mounted itself, what is ours lies right below', () => {
  const isOurs = oursBelow(null, ['payload']);
  assert.deepEqual(['.', 'payload', 'payload/a', 'payloads', '@data/payload'].map(isOurs), [true, true, true, false, false]);
});
