import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLayout } from '../../core/layout/layout.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import { namedLayouts } from '../../core/layout/named-layout.ts';
import { planCopies } from './tree-copies.ts';

const mounted = (layout: ArrayLayout) => ({ layout, mountPoint: layout.mountPoint });

test('a tree has a copy in every way that the layout has room for, each with its place', () => {
  assert.deepEqual(planCopies(mounted(defaultLayout), 'payload'), []);
  assert.deepEqual(
    planCopies(mounted(namedLayouts['as-people-have-it']), 'payload').map(({ guestPath }) => guestPath),
    ['/storage/vm-images/payload', '/storage/reflinked/payload', '/run/raidlab-top-level/@snapshots/payload-snapshot/payload'],
  );
});

test('without a subvolume for them snapshots lie on the mount point, below whatever is mounted there', () => {
  const snapshot = { ...defaultLayout, snapshot: true };
  const places = (layout: typeof snapshot): string | undefined => planCopies(mounted(layout), 'payload').at(-1)?.guestPath;
  assert.equal(places(snapshot), '/run/raidlab-top-level/payload-snapshot/payload');
  const subvolumes = [{ name: '@', mountPoint: '/storage', options: [] }];
  assert.equal(places({ ...snapshot, subvolumes }), '/run/raidlab-top-level/@/payload-snapshot/payload');
});
