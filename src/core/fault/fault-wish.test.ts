import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeFaultWish, formatFaultWish, parseFaultWish, wishedFaults } from './fault-wish.ts';
import type { WishedKind } from './fault-wish.ts';

test('a fault is a kind, with a disk and an amount where they are said', () => {
  assert.deepEqual(parseFaultWish('disk-pull'), { kind: 'disk-pull', disk: 'DISK1', amount: 0 });
  assert.deepEqual(parseFaultWish('read-errors:DISK2'), { kind: 'read-errors', disk: 'DISK2', amount: 32 });
  assert.deepEqual(parseFaultWish('slow-disk:DISK2:9'), { kind: 'slow-disk', disk: 'DISK2', amount: 9 });
  assert.deepEqual(parseFaultWish('slow-disk:9'), { kind: 'slow-disk', disk: 'DISK1', amount: 9 });
});

test('everything else is none', () => {
  for (const text of [
    '',
    'pull',
    'toString',
    'disk-pull:',
    'disk-pull:sda',
    'disk-pull:DISK0',
    'disk-pull:DISK1:3',
    'slow-disk:DISK1:0',
    'slow-disk:DISK1:x',
    'slow-disk:DISK1:9:9',
    ' disk-pull',
  ])
    assert.equal(parseFaultWish(text), undefined, text);
});

test('what is written is read again', () => {
  const kinds = Object.keys(wishedFaults) as WishedKind[];
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 9999 }), (kind, disk, amount) => {
      const wish = { kind, disk: `DISK${String(disk)}`, amount: wishedFaults[kind].amount === null ? 0 : amount };
      assert.deepEqual(parseFaultWish(formatFaultWish(wish)), wish);
    }),
  );
});

test('it is described with its amount', () => {
  assert.equal(describeFaultWish({ kind: 'disk-pull', disk: 'DISK1', amount: 0 }), 'DISK1: the disk is pulled out of the running machine');
  assert.equal(
    describeFaultWish({ kind: 'read-errors', disk: 'DISK2', amount: 4 }),
    'DISK2: blocks of files on the disk cannot be read (4 blocks)',
  );
});
