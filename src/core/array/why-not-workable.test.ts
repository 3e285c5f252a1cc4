import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseFilesystemUsage } from '../btrfs/filesystem-usage.ts';
import { defaultLayout } from '../layout/layout.ts';
import { namedLayouts } from '../layout/named-layout.ts';
import { planArray } from '../plan/array.ts';
import type { ArrayPicture } from './array-picture.ts';
import { unfinishedReencryption, unfinishedWork } from './unfinished-work.ts';
import { mountedSubvolume, whyNotWorkable } from './why-not-workable.ts';

const array = planArray(defaultLayout, ['u1', 'u2', 'u3']);
const usage = (name: string) =>
  parseFilesystemUsage(readFileSync(new URL(`../../../test/recorded/trixie/btrfs-filesystem-usage-${name}.txt`, import.meta.url), 'utf8'));
const device = (devid: number) => ({
  devid,
  name: `crypt-btrfs${String(devid)}`,
  serial: `DISK${String(devid)}`,
  isMissing: false,
  sizeBytes: 1,
  allocatedBytes: 1,
  guestDevice: null,
  lastScrub: null,
  errors: {},
});
const mount = { target: '/storage', source: '/dev/mapper/crypt-btrfs1', fstype: 'btrfs', options: ['rw', 'subvolid=5', 'subvol=/'] };
const picture: ArrayPicture = {
  disks: [],
  mountPoint: '/storage',
  mount,
  mounts: [mount],
  devices: [device(1), device(2)],
  usage: usage('healthy'),
  whyReadOnly: null,
  scrub: { state: 'never' },
  replace: { state: 'never-started' },
  balance: { state: 'none' },
};
const why = (seen: Partial<ArrayPicture>, unfinished: readonly string[] = [], plan = array): string | undefined =>
  whyNotWorkable({ ...picture, ...seen }, plan, unfinished)?.why;

test('an array as it was built can be worked on, whichever subvolume is mounted', () => {
  assert.equal(why({}), undefined);
  assert.equal(why({ mount: { ...mount, options: ['rw', 'subvolid=256', 'subvol=/@data'] } }), undefined);
});

test('an array can be where its owner has put it, unless more of it belongs below, or the path is no plain one', () => {
  const at = (mountPoint: string) => ({ mountPoint, mount: { ...mount, target: mountPoint } });
  assert.equal(why(at('/srv/data')), undefined);
  assert.match(why(at('/srv/my data')) ?? '', /^it is mounted on \/srv\/my data, where no layout could have it/u);
  const people = planArray(namedLayouts['as-people-have-it'], ['u1', 'u2', 'u3']);
  assert.match(why(at('/srv/data'), [], people) ?? '', /its subvolumes belong below \/storage/u);
});

test('what cannot be worked on is named', () => {
  assert.match(why({ mount: null, mounts: [] }) ?? '', /mount nothing on \/storage, and no btrfs is mounted at all/u);
  assert.match(why({ mount: { ...mount, fstype: 'ext4' } }) ?? '', /^ext4 is mounted/u);
  assert.match(why({ mount: { ...mount, options: ['ro'] } }) ?? '', /read-only/u);
  assert.match(
    why({ devices: [device(1)] }) ?? '',
    /its members, by devid, are 1 crypt-btrfs1; it was built as 1 crypt-btrfs1, 2 crypt-btrfs2/u,
  );
  assert.match(why({ usage: usage('single-chunks') }) ?? '', /^not all of it is raid1: data, single/u);
  assert.match(why({ devices: [device(1), { ...device(2), errors: { read_io_errs: 3 } }] }) ?? '', /crypt-btrfs2: read_io_errs 3/u);
  assert.equal(why({}, ['a balance is paused']), 'a balance is paused');
});

test('the subvolume is what the kernel prints last, whatever is in its name', () => {
  const shown = (...options: readonly string[]) => mountedSubvolume({ mount: { ...mount, options } });
  assert.equal(shown('rw', 'subvolid=5', 'subvol=/'), null);
  assert.equal(shown('rw', 'subvolid=256', 'subvol=/@data'), '@data');
  assert.equal(shown('rw', 'subvolid=257', 'subvol=/a', 'b/@c'), 'a,b/@c');
});

test('unfinished work is told by its kind; what is over is not', () => {
  const balance = { state: 'paused', requested: null, balancedChunks: 1, expectedChunks: 2, consideredChunks: 1 } as const;
  const errors = { writeErrors: 0, uncorrectableReadErrors: 0 };
  const replace = { state: 'suspended', startedAt: '', stoppedAt: '', progressPermille: 1, ...errors } as const;
  const kinds = (seen: Partial<Parameters<typeof unfinishedWork>[0]>) =>
    unfinishedWork({ balance: null, replace: null, scrub: null, ...seen }).map((text) => text.split(' ').slice(0, 4).join(' '));
  assert.deepEqual(kinds({ balance }), ['a balance is paused:']);
  assert.deepEqual(kinds({ replace }), ['a replace is suspended:']);
  assert.deepEqual(kinds({ replace: { state: 'finished', startedAt: '', finishedAt: '', ...errors } }), []);
  assert.deepEqual(unfinishedReencryption('DISK1', ['online-reencrypt-v2', 'opal']).length, 1);
});
