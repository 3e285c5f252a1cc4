import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { unpackLz4Block, unpackLz4Legacy } from './unpack-lz4.ts';
import { chooseEntry, unpackVmlinux } from './unpack-vmlinux.ts';

/** An ELF file with one segment of notes, as elf(5) lays it out. */
function makeElf(noteName: string, noteType: number): Buffer {
  const note = Buffer.alloc(12 + 8 + 4);
  note.writeUInt32LE(noteName.length, 0);
  note.writeUInt32LE(4, 4);
  note.writeUInt32LE(noteType, 8);
  note.write(noteName, 12, 'latin1');
  const elf = Buffer.alloc(64 + 56);
  elf.write('\x7fELF\x02\x01\x01', 'latin1');
  elf.writeBigUInt64LE(64n, 32);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(4, 64);
  elf.writeBigUInt64LE(BigInt(elf.length), 64 + 8);
  elf.writeBigUInt64LE(BigInt(note.length), 64 + 32);
  return Buffer.concat([elf, note]);
}

/** A bzImage around a payload, as Documentation/arch/x86/boot.rst lays it out; the payload's last four bytes are a size, which gzip has in itself. */
function makeBzImage(packed: Buffer): Buffer {
  const payload = packed.readUInt16LE(0) === 0x8b1f ? packed : Buffer.concat([packed, Buffer.alloc(4)]);
  const setup = Buffer.alloc(2 * 512);
  setup.writeUInt8(1, 0x1f1);
  setup.write('HdrS', 0x202);
  setup.writeUInt16LE(0x20f, 0x206);
  setup.writeUInt32LE(64, 0x248);
  setup.writeUInt32LE(payload.length, 0x24c);
  return Buffer.concat([setup, Buffer.alloc(64), payload, Buffer.from('what follows')]);
}

/** An lz4 block of literals only. */
function storeAsLz4(data: Buffer): Buffer {
  const rest: number[] = [];
  for (let left = data.length - 15; left >= 0; left -= 255) rest.push(Math.min(left, 255));
  if (data.length >= 15 && rest.at(-1) === 255) rest.push(0);
  return Buffer.concat([Buffer.from([Math.min(data.length, 15) << 4, ...rest]), data]);
}

function frameOf(block: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184c2102, 0);
  head.writeUInt32LE(block.length, 4);
  return Buffer.concat([head, block]);
}

const vmlinux = makeElf('Xen\0', 18);

test('the ELF file in a bzImage is found, however it is packed', () => {
  for (const payload of [zstdCompressSync(vmlinux), gzipSync(vmlinux), frameOf(storeAsLz4(vmlinux))]) {
    assert.deepEqual(Buffer.from(unpackVmlinux(makeBzImage(payload)) ?? []), vmlinux);
  }
});

test('what is no kernel, or packed in a way we do not know, is not unpacked', () => {
  assert.equal(unpackVmlinux(makeBzImage(Buffer.from('\xfd7zXZ\0 packed in a way we do not know', 'latin1'))), undefined);
  assert.equal(unpackVmlinux(vmlinux), undefined, 'not a bzImage');
  assert.equal(unpackVmlinux(Buffer.from('short')), undefined);
});

test('QEMU starts the ELF file where that has the PVH note, known by name and type, and else the bzImage', () => {
  const bzImage = Buffer.from('bzImage');
  assert.equal(chooseEntry(bzImage, vmlinux), vmlinux);
  for (const without of [makeElf('GNU\0', 18), makeElf('Xen\0', 17), makeElf('Xen\0', 6), vmlinux.subarray(0, 100), undefined]) {
    assert.equal(chooseEntry(bzImage, without), bzImage);
  }
});

test('an lz4 match may overlap what it writes', () => {
  // "ab", then 9 bytes from 2 back, then "!" — worked out by hand from lz4_Block_format.md.
  const block = Buffer.from([0x25, 0x61, 0x62, 0x02, 0x00, 0x10, 0x21]);
  assert.equal(Buffer.from(unpackLz4Block(block)).toString(), 'ababababab' + 'a!');
});

test('lz4 data that is cut off anywhere is refused or shorter, never longer or made up', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(), (bytes, pick) => {
      const data = Buffer.from(bytes);
      const frame = frameOf(storeAsLz4(data));
      assert.deepEqual(Buffer.from(unpackLz4Legacy(frame)), data);
      const cut = frame.subarray(0, 8 + (pick % (frame.length - 8)));
      if (cut.length < frame.length && frame.length > 9) assert.throws(() => unpackLz4Legacy(cut), RangeError);
    }),
  );
});
