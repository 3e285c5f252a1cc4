// Source: Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header".
const magicOffset = 0x202;
const versionPointerOffset = 0x20e;
const headerOffset = 0x200;
const longestVersion = 256;

/** What a kernel's bzImage says about itself. */
export interface KernelBanner {
  /** As `uname -r` says. */
  readonly release: string;
  /** The version of the Debian package it was built for: `6.1.176-1`. */
  readonly debianVersion?: string;
}

/** Reads a kernel's version from its bzImage; undefined when the bytes are not one. */
export function readKernelBanner(bzImage: Uint8Array): KernelBanner | undefined {
  const view = new DataView(bzImage.buffer, bzImage.byteOffset, bzImage.byteLength);
  if (view.byteLength < versionPointerOffset + 2 || asciiAt(bzImage, magicOffset, magicOffset + 4) !== 'HdrS') return undefined;
  const pointer = view.getUint16(versionPointerOffset, true);
  if (pointer === 0) return undefined;
  const start = pointer + headerOffset;
  // "6.1.0-50-cloud-amd64 (debian-kernel@lists.debian.org) #1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-02)", ended by a NUL.
  const [banner = ''] = asciiAt(bzImage, start, start + longestVersion).split('\0', 1);
  const [release = ''] = banner.split(' ', 1);
  if (release === '') return undefined;
  const debianVersion = / Debian (\d\S+) /u.exec(banner)?.[1];
  return { release, ...(debianVersion === undefined ? {} : { debianVersion }) };
}

function asciiAt(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
