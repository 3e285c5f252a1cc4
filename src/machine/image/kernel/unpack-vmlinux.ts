/**
 * Takes the kernel proper out of a bzImage, on the host.
 *
 * A bzImage unpacks itself when it boots, which takes 1.4 of 3.6 seconds under emulation; QEMU can start the ELF file
 * inside directly, through its PVH entry point (Documentation/arch/x86/boot.rst; xen/include/public/elfnote.h).
 */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { unpackLz4Legacy } from './unpack-lz4.ts';

/** Gives the ELF file in a bzImage. Undefined when it is not one, or not compressed with gzip, zstd or lz4. */
export function unpackVmlinux(bzImage: Uint8Array): Uint8Array | undefined {
  const payload = findPayload(bzImage);
  return payload === undefined ? undefined : decompress(payload);
}

/** Gives what QEMU must start: the ELF file if it has a PVH entry point (CONFIG_PVH, since Linux 5.0), otherwise the bzImage, which always boots. */
export function chooseEntry(bzImage: Uint8Array, vmlinux: Uint8Array | undefined): Uint8Array {
  return vmlinux !== undefined && hasPvhEntry(vmlinux) ? vmlinux : bzImage;
}

/** Offsets in the setup header: Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header". */
const header = { setupSectors: 0x1f1, magic: 0x202, version: 0x206, payloadOffset: 0x248, payloadLength: 0x24c, end: 0x250 };

function findPayload(bzImage: Uint8Array): Uint8Array | undefined {
  if (bzImage.length < header.end) return undefined;
  const view = viewOf(bzImage);
  // "HdrS"; payload_offset exists since protocol 2.08.
  if (view.getUint32(header.magic, true) !== 0x53726448 || view.getUint16(header.version, true) < 0x208) return undefined;
  // 0 means 4, for bootloaders of 1993.
  const setupSectors = view.getUint8(header.setupSectors) || 4;
  const start = (setupSectors + 1) * 512 + view.getUint32(header.payloadOffset, true);
  const end = start + view.getUint32(header.payloadLength, true);
  return end <= bzImage.length && end - start > 8 ? bzImage.subarray(start, end) : undefined;
}

function decompress(payload: Uint8Array): Uint8Array | undefined {
  // The last four bytes are the content's size, for the kernel's own unpacker; gzip ends with it anyway.
  const packed = payload.subarray(0, -4);
  switch (viewOf(payload).getUint32(0, true)) {
    case 0xfd2fb528:
      return zstdDecompressSync(packed);
    case 0x184c2102:
      return unpackLz4Legacy(packed);
    default:
      return payload[0] === 0x1f && payload[1] === 0x8b ? gunzipSync(payload) : undefined;
  }
}

/** Whether an ELF file has the note with the 32-bit entry point of PVH: name `Xen`, type 18 (XEN_ELFNOTE_PHYS32_ENTRY). */
function hasPvhEntry(elf: Uint8Array): boolean {
  const view = viewOf(elf);
  // ELF, 64 bit, little-endian: elf(5).
  if (elf.length < 64 || view.getUint32(0, false) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1) return false;
  const tableOffset = Number(view.getBigUint64(32, true));
  const entrySize = view.getUint16(54, true);
  for (let i = 0; i < view.getUint16(56, true); i += 1) {
    const entry = tableOffset + i * entrySize;
    if (entry + 56 > elf.length) return false;
    const isNote = view.getUint32(entry, true) === 4;
    if (!isNote) continue;
    const start = Number(view.getBigUint64(entry + 8, true));
    if (hasXenNote(elf.subarray(start, start + Number(view.getBigUint64(entry + 32, true))))) return true;
  }
  return false;
}

function hasXenNote(notes: Uint8Array): boolean {
  const view = viewOf(notes);
  for (let at = 0; at + 12 <= notes.length;) {
    const nameSize = view.getUint32(at, true);
    const contentSize = view.getUint32(at + 4, true);
    const name = notes.subarray(at + 12, at + 12 + nameSize);
    if (view.getUint32(at + 8, true) === 18 && new TextDecoder().decode(name) === 'Xen\0') return true;
    at += 12 + align4(nameSize) + align4(contentSize);
  }
  return false;
}

function align4(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
