import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLayout, equalSizes } from './layout.ts';
import type { ArrayLayout } from './layout.ts';
import { applyWishes } from './layout-wishes.ts';
import type { LayoutWishes } from './layout-wishes.ts';
import { namedLayouts } from './named-layout.ts';

const gibibyte = 1024 ** 3;
const unequal = namedLayouts['raid1-unequal'];

/** Wishes for the default layout, and the sizes they come to, GiB. */
const table: readonly (readonly [LayoutWishes, members: readonly number[], spares: readonly number[]])[] = [
  [{}, [1, 1], [1]],
  [{ disks: 3 }, [1, 1, 1], [1]],
  [{ diskSize: 2 * gibibyte }, [2, 2], [2]],
  [{ disks: 1, spares: 2, diskSize: 3 * gibibyte }, [3], [3, 3]],
  [{ disks: [gibibyte, 2 * gibibyte] }, [1, 2], [2]],
  [{ disks: [gibibyte, 2 * gibibyte], spares: 2 }, [1, 2], [2, 2]],
  [{ disks: [gibibyte, 2 * gibibyte], spares: 1, diskSize: 4 * gibibyte }, [1, 2], [4]],
  [{ spares: [5 * gibibyte] }, [1, 1], [5]],
  [{ spares: 0 }, [1, 1], []],
];

for (const [wishes, members, spares] of table) {
  test(`${JSON.stringify(wishes)} over the default layout`, () => {
    const { memberSizesBytes, spareSizesBytes } = applyWishes(defaultLayout, wishes);
    assert.deepEqual(
      [memberSizesBytes, spareSizesBytes],
      [members, spares].map((sizes) => sizes.map((size) => size * gibibyte)),
    );
  });
}

test('subvolumes are where the array is mounted, those that were there before, too', () => {
  const places = (base: ArrayLayout, wishes: LayoutWishes) => {
    const layout = applyWishes(base, wishes);
    return [layout.mountPoint, ...layout.subvolumes.map(({ mountPoint }) => mountPoint)];
  };
  const mountPoint = '/srv/data';
  assert.deepEqual(places(defaultLayout, { mountPoint, subvolumes: [{ name: '@data' }, { name: '@logs' }] }), [
    mountPoint,
    mountPoint,
    '/srv/data/logs',
  ]);
  assert.deepEqual(places(namedLayouts['as-people-have-it'], { mountPoint }), [mountPoint, mountPoint, '/srv/data/.snapshots']);
});

test('a layout keeps what nobody speaks of: a spare that is smaller on purpose, disks of different sizes', () => {
  const smaller = { ...defaultLayout, spareSizesBytes: [gibibyte / 2] };
  assert.deepEqual(applyWishes(smaller, { disks: 3, profile: 'raid1c3' }), {
    ...smaller,
    memberSizesBytes: equalSizes(3),
    profile: 'raid1c3',
  });
  assert.deepEqual(applyWishes(unequal, { kdf: 'real' }), { ...unequal, kdf: 'real' });
  assert.deepEqual(applyWishes({ ...unequal, spareSizesBytes: [] }, { spares: 1 }).spareSizesBytes, [2 * gibibyte]);
});
