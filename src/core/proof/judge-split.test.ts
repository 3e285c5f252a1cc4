import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundEntry } from '../payload/find.ts';
import { judgeSplitRecognised } from './judge-split.ts';

function entry(path: string, otherwise: Partial<FoundEntry> = {}): FoundEntry {
  return {
    path,
    kind: 'file',
    mode: 0o644,
    linkCount: 1,
    inode: '257',
    sizeBytes: 10,
    allocatedBytes: 4096,
    uid: 0,
    gid: 0,
    mtime: '1700000000.000000000',
    target: null,
    ...otherwise,
  };
}

const common = [entry('.', { kind: 'directory' }), entry('a'), entry('b')];
const judge = (first: readonly FoundEntry[], second: readonly FoundEntry[]) =>
  judgeSplitRecognised({ name: 'DISK1', superBlocks: [], found: first }, { name: 'DISK2', superBlocks: [], found: second });

test('halves that each hold something of their own were written apart', () => {
  const check = judge([...common, entry('x'), entry('y')], [...common, entry('z')]);
  assert.deepEqual(
    [check.outcome, check.evidence],
    ['held', ['only DISK1 holds these as they are: 2 names, x, y', 'only DISK2 holds these as they are: 1 name, z']],
  );
});

test('one file that was changed on both is enough', () => {
  const changed = (mtime: string) => common.map((each) => (each.path === 'a' ? { ...each, mtime } : each));
  assert.equal(judge(changed('1800000000.000000000'), changed('1800000001.000000000')).outcome, 'held');
});

test('a half that is only behind is no split, nor are two that are alike; times of directories are nothing of their own', () => {
  const [root, ...files] = common;
  assert.ok(root !== undefined);
  const check = judge(common, [{ ...root, mtime: '1800000000.000000000' }, ...files, entry('z')]);
  assert.deepEqual([check.outcome, check.evidence[0]], ['broken', 'DISK1 holds nothing of its own']);
  assert.equal(judge(common, common).outcome, 'broken');
});
