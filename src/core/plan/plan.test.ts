import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultLayout, equalSizes } from '../layout/layout.ts';
import type { ArrayLayout } from '../layout/layout.ts';
import { applyWishes } from '../layout/layout-wishes.ts';
import { namedLayouts } from '../layout/named-layout.ts';
import { chunkProfiles, profiles } from '../layout/profile.ts';
import { planArray, planCreateArray, planMount, planMountArray, planMountWith, planOpenAsBoot, planUnmount } from './array.ts';
import { formatCommand } from './command.ts';
import type { Command } from './command.ts';
import {
  crypttabLine,
  guestDeviceOf,
  mappingRemovedBy,
  planBackUpHeader,
  planContainer,
  planCreateContainer,
  planRemoveFromCrypttab,
  planRestoreHeader,
  planTestKey,
} from './container.ts';
import {
  lookAt,
  planAddDevice,
  planRemoveMissing,
  planReplace,
  planReplaceStatus,
  planResetDeviceStats,
  planResize,
  planScrub,
  planSoftBalance,
} from './repair.ts';

const uuids = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', '33333333-3333-4333-8333-333333333333'];

test('an array takes exactly one LUKS UUID for each disk', () => {
  for (const wrong of [[], uuids.slice(0, 2), [...uuids, 'x']]) assert.throws(() => planArray(defaultLayout, wrong), RangeError);
  const array = planArray(defaultLayout, uuids);
  assert.deepEqual(
    array.members.map(({ serial, luksUuid }) => [serial, luksUuid]),
    [
      ['DISK1', uuids[0]],
      ['DISK2', uuids[1]],
    ],
  );
  assert.deepEqual(
    array.spares.map(({ mappingName, luksUuid }) => [mappingName, luksUuid]),
    [['crypt-btrfs3', uuids[2]]],
  );
});

test('every name of every layout is its own', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.nat({ max: 4 }), fc.boolean(), (members, spares, partitions) => {
      const array = planArray(
        { ...defaultLayout, partitions, memberSizesBytes: equalSizes(members), spareSizesBytes: equalSizes(spares) },
        Array.from({ length: members + spares }, (_, index) => `uuid-${String(index)}`),
      );
      assert.deepEqual([array.members.length, array.spares.length], [members, spares]);
      const names = [...array.members, ...array.spares].flatMap((container) =>
        [...new Set(Object.values(container))].filter((value) => typeof value === 'string'),
      );
      assert.equal(new Set(names).size, names.length);
    }),
  );
});

test('the array is built as the documentation shows it', () => {
  const typed = planCreateArray(planArray(defaultLayout, uuids)).map(formatCommand);
  const [first] = uuids;
  assert.deepEqual(typed.slice(0, 6), [
    'install -d -m 0700 /etc/luks',
    'install -m 0600 /dev/null /etc/luks/DISK1.key',
    'dd if=/dev/urandom of=/etc/luks/DISK1.key bs=128 count=1 status=none',
    `cryptsetup luksFormat --batch-mode --type luks2 --uuid ${String(first)} --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /etc/luks/DISK1.key /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK1`,
    'cryptsetup open --type luks --key-file /etc/luks/DISK1.key /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_DISK1 crypt-btrfs1',
    `tee -a /etc/crypttab <<< 'crypt-btrfs1 UUID=${String(first)} /etc/luks/DISK1.key luks,nofail'`,
  ]);
  assert.deepEqual(typed.slice(12), [
    'mkfs.btrfs -q -d raid1 -m raid1 -L storage /dev/mapper/crypt-btrfs1 /dev/mapper/crypt-btrfs2',
    "tee -a /etc/fstab <<< 'LABEL=storage /storage btrfs nofail 0 0'",
    'mkdir -p /storage',
    'mount /storage',
  ]);
});

test('subvolumes are made before fstab mounts them, each on its place; what is set on the array comes after', () => {
  const typed = planCreateArray(planArray(namedLayouts['as-people-have-it'], uuids)).map(formatCommand);
  assert.deepEqual(typed.slice(12), [
    'mkfs.btrfs -q -d raid1 -m raid1 -L tank /dev/mapper/crypt-btrfs1 /dev/mapper/crypt-btrfs2',
    'mount -t btrfs -L tank /mnt',
    'btrfs subvolume create /mnt/@data',
    'btrfs subvolume create /mnt/@snapshots',
    'umount /mnt',
    "tee -a /etc/fstab <<< 'LABEL=tank /storage btrfs nofail,noatime,compress=zstd,subvol=@data 0 0'",
    "tee -a /etc/fstab <<< 'LABEL=tank /storage/.snapshots btrfs nofail,noatime,compress=zstd,subvol=@snapshots 0 0'",
    'mkdir -p /storage',
    'mount /storage',
    'mkdir -p /storage/.snapshots',
    'mount /storage/.snapshots',
    'btrfs quota enable /storage',
    'mkdir /storage/vm-images',
    'chattr +C /storage/vm-images',
  ]);
  assert.equal(formatCommand(planUnmount(planArray(namedLayouts['as-people-have-it'], uuids))), 'umount --recursive /storage');
});

test('everything is typed where the layout has its mount point', () => {
  const array = planArray(applyWishes(namedLayouts['as-people-have-it'], { mountPoint: '/srv/data' }), uuids);
  const typed = [
    ...planCreateArray(array),
    ...Object.values<Command>(lookAt(array)),
    planMountArray(array, '/dev/mapper/c', 'degraded'),
    planReplace(array, 1, '/dev/mapper/c'),
    planSoftBalance(array),
    planUnmount(array),
  ].map(formatCommand);
  assert.ok(
    typed.includes("tee -a /etc/fstab <<< 'LABEL=tank /srv/data/.snapshots btrfs nofail,noatime,compress=zstd,subvol=@snapshots 0 0'"),
  );
  assert.ok(typed.includes('mount -t btrfs -o degraded,subvol=@data /dev/mapper/c /srv/data'));
  assert.ok(typed.includes('umount --recursive /srv/data'));
  assert.deepEqual(
    typed.filter((line) => line.includes('/storage')),
    [],
  );
});

test('the lines in crypttab and fstab end as lines do, by UUID and label, nofail, and never degraded', () => {
  const lines = planCreateArray(planArray(defaultLayout, uuids)).flatMap(({ stdin }) => stdin ?? []);
  assert.equal(lines.length, 3);
  for (const line of lines) {
    assert.match(line, /^[^\n]+\n$/u);
    assert.match(line, /UUID=|LABEL=/u);
    assert.match(line, /nofail/u);
    assert.doesNotMatch(line, /degraded|\/dev\/sd/u);
  }
});

test('on partitions each disk gets its own before anything is put on it, and a replacement too', () => {
  const layout = { ...defaultLayout, partitions: true };
  const array = planArray(layout, uuids);
  const device = guestDeviceOf('DISK1');
  const typed = planCreateArray(array).map(formatCommand);
  assert.deepEqual(typed.slice(0, 2), [
    `sfdisk --quiet --wipe always --wipe-partitions always --label gpt ${device} <<< type=linux`,
    'udevadm settle',
  ]);
  assert.ok(typed.some((line) => line.startsWith('cryptsetup luksFormat') && line.endsWith(`${device}-part1`)));
  const [spare] = array.spares;
  assert.ok(spare !== undefined);
  assert.equal(planCreateContainer(spare, layout)[0]?.argv.at(-1), guestDeviceOf('DISK3'));
  const plain = planCreateArray(planArray({ ...layout, encryption: 'none' }, uuids)).map(formatCommand);
  assert.match(plain.find((line) => line.startsWith('mkfs.btrfs')) ?? '', /DISK1-part1 \S*DISK2-part1$/u);
});

test("cryptsetup's own key derivation is used when it is to be real", () => {
  const typed = planCreateContainer(planContainer(1, 'u'), { ...defaultLayout, kdf: 'real' })
    .map(formatCommand)
    .join('\n');
  assert.doesNotMatch(typed, /--pbkdf/u);
  assert.match(typed, /--key-file \/etc\/luks\/DISK1\.key/u);
});

test('containers, mkfs and fstab are as the layout has them', () => {
  const typed = (change: Partial<ArrayLayout>): string =>
    planCreateArray(planArray({ ...defaultLayout, ...change }, uuids))
      .map(formatCommand)
      .join('\n');
  const odd = typed({ encryption: 'luks1', cipher: 'serpent-xts-plain64', mountOptions: ['noatime', 'compress=zstd'] });
  assert.match(odd, /luksFormat --batch-mode --type luks1 --cipher serpent-xts-plain64 --uuid /u);
  assert.match(odd, /LABEL=storage \/storage btrfs nofail,noatime,compress=zstd 0 0/u);
  assert.match(typed({ sectorSize: 512 }), /--type luks2 --sector-size 512 --uuid/u);
  const plain = typed({ encryption: 'none', mkfsOptions: ['--checksum', 'xxhash'] });
  assert.doesNotMatch(plain, /cryptsetup|crypttab|luks/u);
  const [first, second] = ['DISK1', 'DISK2'].map((serial) => guestDeviceOf(serial));
  assert.ok(plain.includes(`mkfs.btrfs -q -d raid1 -m raid1 -L storage --checksum xxhash ${String(first)} ${String(second)}`), plain);
  assert.match(typed({ profile: 'raid6' }), /mkfs\.btrfs -q -d raid6 -m raid1c3 /u);
  assert.equal(
    formatCommand(planSoftBalance({ layout: chunkProfiles('raid5'), mountPoint: '/storage' })),
    'btrfs balance start -dconvert=raid5,soft -mconvert=raid1,soft /storage',
  );
});

test('a disk is named as udev names it on its bus', () => {
  assert.deepEqual(
    (['scsi', 'virtio', 'nvme'] as const).map((bus) => planArray({ ...defaultLayout, bus }, uuids).members[0]?.guestDevice),
    ['scsi-0QEMU_QEMU_HARDDISK_DISK1', 'virtio-DISK1', 'nvme-QEMU_NVMe_Ctrl_DISK1'].map((name) => `/dev/disk/by-id/${name}`),
  );
});

test("a header's backup lies where only root looks, and is tried with the key before it is written", () => {
  const container = planContainer(1, 'uuid-1');
  const device = container.guestDevice;
  assert.deepEqual([...planBackUpHeader(container), ...planRestoreHeader(container), planTestKey(container)].map(formatCommand), [
    'install -d -m 0700 /root/luks-headers',
    `cryptsetup luksHeaderBackup --header-backup-file /root/luks-headers/DISK1.header ${device}`,
    `cryptsetup open --test-passphrase --header /root/luks-headers/DISK1.header --key-file /etc/luks/DISK1.key ${device}`,
    `cryptsetup luksHeaderRestore --batch-mode --header-backup-file /root/luks-headers/DISK1.header ${device}`,
    `cryptsetup open --test-passphrase --type luks --key-file /etc/luks/DISK1.key ${device}`,
  ]);
});

test('the sed that takes a container out of crypttab takes that line and no other', () => {
  const lines = [1, 11, 2].map((number) => crypttabLine(planContainer(number, `uuid-${String(number)}`)));
  const withTabs = lines.map((line) => line.replaceAll(' ', '\t'));
  const [program = '', , expression = ''] = planRemoveFromCrypttab(planContainer(1, 'uuid-1')).argv;
  const left = execFileSync(program, [expression], { input: [...lines, ...withTabs].join('\n'), encoding: 'utf8' });
  assert.deepEqual(left.trimEnd().split('\n'), [...lines.slice(1), ...withTabs.slice(1)]);
  assert.equal(mappingRemovedBy(expression), 'crypt-btrfs1');
});

test('repair commands are those of the manual pages', () => {
  const array = planArray(defaultLayout, uuids);
  assert.equal(
    formatCommand(planReplace(array, 1, '/dev/mapper/crypt-btrfs3')),
    'btrfs replace start -B -f 1 /dev/mapper/crypt-btrfs3 /storage',
  );
  assert.equal(
    formatCommand(planReplace(array, 2, '/dev/mapper/crypt-btrfs3', { avoidSource: true })),
    'btrfs replace start -B -f -r 2 /dev/mapper/crypt-btrfs3 /storage',
  );
  assert.equal(formatCommand(planAddDevice(array, '/dev/mapper/crypt-btrfs3')), 'btrfs device add /dev/mapper/crypt-btrfs3 /storage');
  assert.equal(formatCommand(planRemoveMissing(array)), 'btrfs device remove missing /storage');
  assert.equal(formatCommand(planResize(array, 3, 'max')), 'btrfs filesystem resize 3:max /storage');
  assert.equal(formatCommand(planResetDeviceStats(array)), 'btrfs device stats -z /storage');
  assert.equal(formatCommand(planReplaceStatus(array)), 'btrfs replace status -1 /storage');
  assert.equal(
    formatCommand(planSoftBalance({ ...array, layout: chunkProfiles('raid1c3') })),
    'btrfs balance start -dconvert=raid1c3,soft -mconvert=raid1c3,soft /storage',
  );
  assert.equal(formatCommand(planScrub(array)), 'btrfs scrub start -B /storage');
  assert.equal(formatCommand(planMountWith(array, '/dev/mapper/c', 'degraded,ro')), 'mount -t btrfs -o degraded,ro /dev/mapper/c /storage');
  assert.equal(formatCommand(planUnmount(array)), 'umount /storage');
});

test('what works on the whole array is given more time than a command that only looks', () => {
  const array = planArray(defaultLayout, uuids);
  for (const planned of [planReplace(array, 1, 'd'), planSoftBalance(array), planScrub(array), planOpenAsBoot])
    assert.ok((planned.timeoutMs ?? 0) > 120_000);
  for (const planned of Object.values<Command>(lookAt(array))) assert.equal(planned.timeoutMs, undefined);
});

test('no command names a disk by letter, in any profile', () => {
  for (const profile of profiles) {
    const array = planArray({ ...defaultLayout, profile }, uuids);
    for (const { argv } of [...planCreateArray(array), planMount(array)]) assert.doesNotMatch(argv.join(' '), /\/dev\/[sv]d[a-z]/u);
  }
});
