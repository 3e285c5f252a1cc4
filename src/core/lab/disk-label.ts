/** How much of the beginning of a disk contains its label, bytes. */
export const labelBytes = 68 * 1024;

/** Where the first super block of btrfs begins. Source: btrfs on-disk format, Superblock. */
const superOffset = 64 * 1024;
/** `_BHRfS_M`. */
const superMagic = [0x5f, 0x42, 0x48, 0x52, 0x66, 0x53, 0x5f, 0x4d] as const;
const luksMagic = [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe] as const;

/**
 * Gives the name of a disk's content, from its first bytes: `luks UUID` of a container, `btrfs UUID` of a device without one (the
 * device's UUID, not the filesystem's); null when it has neither. luksFormat and mkfs always write a new one. Sources: LUKS1 and LUKS2
 * On-Disk Format Specification (the UUID is at byte 168 in both); btrfs on-disk format.
 */
export function parseDiskLabel(bytes: Uint8Array): string | null {
  if (beginsWith(bytes, 0, luksMagic)) {
    const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?=\0)/u.exec(String.fromCharCode(...bytes.subarray(168, 208)))?.[0];
    return uuid === undefined ? null : `luks ${uuid}`;
  }
  if (!beginsWith(bytes, superOffset + 0x40, superMagic)) return null;
  const uuid = [...bytes.subarray(superOffset + 0x10b, superOffset + 0x11b)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `btrfs ${uuid.join('')}`;
}

function beginsWith(bytes: Uint8Array, offset: number, wanted: readonly number[]): boolean {
  return wanted.every((byte, index) => bytes[offset + index] === byte);
}
