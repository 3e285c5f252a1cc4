// Source: Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header".
const magicOffset = 0x202;
const versionPointerOffset = 0x20e;
const headerOffset = 0x200;
const longestVersion = 256;

/** Gives the release of a kernel, as its `uname -r` says, from its bzImage; undefined when the bytes are no such image. */
export function kernelReleaseOf(bzImage: Uint8Array): string | undefined {
  const view = new DataView(bzImage.buffer, bzImage.byteOffset, bzImage.byteLength);
  if (view.byteLength < versionPointerOffset + 2 || asciiAt(bzImage, magicOffset, magicOffset + 4) !== 'HdrS') return undefined;
  const pointer = view.getUint16(versionPointerOffset, true);
  if (pointer === 0) return undefined;
  const start = pointer + headerOffset;
  // "6.12.118+deb13-cloud-amd64 (debian-kernel@lists.debian.org) #1 SMP …", ended by a NUL.
  const [version = ''] = asciiAt(bzImage, start, start + longestVersion).split('\0', 1);
  const [release = ''] = version.split(' ', 1);
  return release === '' ? undefined : release;
}

function asciiAt(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
