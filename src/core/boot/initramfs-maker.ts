/** The Debian packages that can make a system's initramfs; the first is the one that Debian's installer takes. */
export const initramfsMakers = ['initramfs-tools', 'dracut'] as const;

/** The Debian package that makes a system's initramfs. */
export type InitramfsMaker = (typeof initramfsMakers)[number];
