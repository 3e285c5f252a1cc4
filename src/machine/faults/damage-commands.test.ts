import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DiskDamage } from '../../core/fault/fault.ts';
import { UnknownOutput } from '../../core/parsing/unknown-output.ts';
import { parseComparison, planComparison, planDamage } from './damage-commands.ts';

const corruption: DiskDamage = {
  kind: 'silent-corruption',
  disk: 'DISK1',
  at: [
    { offsetBytes: 4096, lengthBytes: 512 },
    { offsetBytes: 8192, lengthBytes: 1 },
  ],
};

test('each place is compared, and becomes what it is not', () => {
  assert.deepEqual(planComparison(corruption), ['read -q -P 0x5a 4096 512', 'read -q -P 0x5a 8192 1']);
  assert.deepEqual(planDamage(corruption, new Set([4096])), [
    'write -q -P 0x5a 4096 512',
    'write -q -P 0xa5 8192 1',
    'read -q -P 0x5a 4096 512',
    'read -q -P 0xa5 8192 1',
  ]);
});

test('a header becomes zeroes, whatever it was', () => {
  const wipe: DiskDamage = { kind: 'header-wipe', disk: 'DISK1', lengthBytes: 16_384 };
  assert.deepEqual(planComparison(wipe), []);
  assert.deepEqual(planDamage(wipe, new Set()), ['write -q -P 0 0 16384', 'read -q -P 0 0 16384']);
});

test('a long range is damaged in pieces', () => {
  const MiB = 1024 * 1024;
  const long: DiskDamage = { kind: 'silent-corruption', disk: 'DISK1', at: [{ offsetBytes: MiB, lengthBytes: 65 * MiB }] };
  assert.deepEqual(planComparison(long), [
    `read -q -P 0x5a ${String(MiB)} ${String(32 * MiB)}`,
    `read -q -P 0x5a ${String(33 * MiB)} ${String(32 * MiB)}`,
    `read -q -P 0x5a ${String(65 * MiB)} ${String(MiB)}`,
  ]);
});

// As qemu-io of QEMU 10.0.2 printed it.
const printed = 'Pattern verification failed at offset 8192, 512 bytes\nPattern verification failed at offset 12288, 512 bytes\n';

test('the complaints say where something differs', () => {
  assert.deepEqual([...parseComparison(printed)], [8192, 12288]);
  assert.deepEqual([...parseComparison('')], []);
});

test('anything else that is printed is refused', () => {
  for (const other of ['read failed: Input/output error\n', `${printed}read 512/512 bytes at offset 0\n`, printed.slice(0, -10)]) {
    assert.throws(() => parseComparison(other), UnknownOutput);
  }
});
