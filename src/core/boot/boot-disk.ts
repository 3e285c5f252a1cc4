/** The disk of a machine whose root is the array: a boot loader reads no encrypted array. It never belongs to one. */
export const bootDisk = { serial: 'BOOT', sizeBytes: 256 * 1024 ** 2, label: 'boot', guestPath: '/boot' } as const;
