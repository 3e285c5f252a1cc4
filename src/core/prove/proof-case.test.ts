import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultLayout, equalSizes } from '../layout/layout.ts';
import { findLayoutMistakes } from '../layout/layout-mistakes.ts';
import { layoutNames, namedLayouts } from '../layout/named-layout.ts';
import { permuteCase } from './proof-case.ts';
import type { ProofCase } from './proof-case.ts';

const asked: ProofCase = {
  name: 'as-asked',
  when: 'as it was asked',
  layout: defaultLayout,
  faults: [{ kind: 'disk-pull', disk: 'DISK1', amount: 0 }],
  isReordered: false,
  isFull: false,
  isRestarted: true,
};

test('a script is tried in each case in which scripts break', () => {
  assert.deepEqual(
    permuteCase(asked).map(({ name, when }) => [name, when]),
    [
      ['as-asked', 'as it was asked'],
      ['other-order', 'when its disks come back in another order'],
      ['lose-disk2', 'when it is DISK2 instead of DISK1'],
      ['smaller-spare', 'when the spare is slightly smaller than the largest member'],
      ['larger-spare', 'when the spare is twice as large as the largest member'],
      ['full-array', 'when the array is nearly full'],
    ],
  );
});

test('each case differs from the one that was asked for in one thing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...layoutNames), fc.boolean(), fc.integer({ min: 1, max: 2 }), (name, isRestarted, disk) => {
      const first = {
        ...asked,
        layout: namedLayouts[name],
        isRestarted,
        faults: [{ kind: 'disk-pull', disk: `DISK${String(disk)}`, amount: 0 } as const],
      };
      const [same, ...others] = permuteCase(first);
      assert.deepEqual(same, first);
      for (const { name: caseName, when, ...other } of others) {
        const differs = (['layout', 'faults', 'isReordered', 'isFull', 'isRestarted'] as const).filter(
          (field) => JSON.stringify(other[field]) !== JSON.stringify(first[field]),
        );
        assert.equal(differs.length, 1, `${caseName} ${when}: ${differs.join()}`);
        assert.deepEqual(findLayoutMistakes(other.layout), []);
      }
      const names = permuteCase(first).map(({ name: each }) => each);
      assert.equal(new Set(names).size, names.length);
    }),
  );
});

test('what a layout does not have is left out: a restart, a spare, another member, a disk that may be smaller', () => {
  const names = (proofCase: ProofCase) => permuteCase(proofCase).map(({ name }) => name);
  assert.ok(!names({ ...asked, isRestarted: false }).includes('other-order'));
  const bare = names({ ...asked, layout: { ...defaultLayout, spareSizesBytes: [] } });
  assert.deepEqual(bare, ['as-asked', 'other-order', 'lose-disk2', 'full-array']);
  const alone = { ...asked, layout: { ...defaultLayout, memberSizesBytes: equalSizes(1), profile: 'dup' } as const };
  assert.ok(names(alone).every((name) => !name.startsWith('lose-')));
  const tiny = { ...defaultLayout, memberSizesBytes: equalSizes(2, 256 * 1024 ** 2) };
  assert.ok(!names({ ...asked, layout: tiny }).includes('smaller-spare'));
});
