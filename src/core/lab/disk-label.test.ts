import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelBytes, parseDiskLabel } from './disk-label.ts';

const uuid = '0a1b2c3d-1111-4000-8000-00000000000a';

/** The beginning of a disk with these bytes in it. */
function diskWith(...pieces: readonly (readonly [offset: number, bytes: Buffer])[]): Uint8Array {
  const disk = Buffer.alloc(labelBytes);
  for (const [offset, bytes] of pieces) bytes.copy(disk, offset);
  return disk;
}
const luks = [0, Buffer.from('4c554b53babe0002', 'hex')] as const;
const luksUuid = [168, Buffer.from(`${uuid}\0`)] as const;
const device = (byte: number) => [64 * 1024 + 0x10b, Buffer.alloc(16, byte)] as const;
const btrfs = [64 * 1024 + 0x40, Buffer.from('_BHRfS_M')] as const;

test('a container is named by its UUID, a device of btrfs without one by its own', () => {
  assert.equal(parseDiskLabel(diskWith(luks, luksUuid)), `luks ${uuid}`);
  assert.equal(parseDiskLabel(diskWith(btrfs, device(0x5f))), `btrfs ${'5f'.repeat(16)}`);
});

test('a blank disk, one that is cut, and a header that is not whole have no name', () => {
  for (const bytes of [
    diskWith(),
    diskWith().subarray(0, 100),
    diskWith(luks),
    diskWith(luks, [168, Buffer.from(uuid.replace('a', 'Z'))]),
  ]) {
    assert.equal(parseDiskLabel(bytes), null);
  }
});
