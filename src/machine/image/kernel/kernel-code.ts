/** What a kernel's own code says about it: a module or an unpacked vmlinux, searched for texts from its source. */
import { gunzipSync } from 'node:zlib';
import { btrfsFeatureNames } from '../../../core/image/kernel-abilities.ts';

/** Text that occurs only in the code of a certain driver or filesystem. For a kernel with everything built in and no list of it. */
const marks: Readonly<Record<string, string>> = {
  virtio_pci: 'virtio-pci\0',
  virtio_blk: 'virtio_blk\0',
  virtio_console: 'virtio_console\0',
  virtio_scsi: 'virtio_scsi\0',
  btrfs: 'btrfs\0',
  dm_crypt: 'kcryptd',
  ext4: 'ext4\0',
  erofs: 'erofs\0',
  // Its name alone also occurs in video's code.
  overlay: 'overlayfs: ',
};

/** Gives the required modules that are built into an unpacked kernel. */
export function builtinsOfCode(vmlinux: Uint8Array): readonly string[] {
  return Object.entries(marks).flatMap(([module, mark]) => (contains(vmlinux, mark) ? [module] : []));
}

/** Gives the features relevant to mkfs that a kernel's btrfs knows. `code`: the module, decompressed, or the kernel in which it is built in. */
export function btrfsFeaturesOfCode(code: Uint8Array): readonly string[] {
  return btrfsFeatureNames.filter((name) => contains(code, `${name}\0`));
}

/** Gives the .config in an unpacked kernel; undefined without CONFIG_IKCONFIG. Source: kernel/configs.c, scripts/extract-ikconfig. */
export function configOfCode(vmlinux: Uint8Array): string | undefined {
  const bytes = Buffer.from(vmlinux.buffer, vmlinux.byteOffset, vmlinux.byteLength);
  const start = bytes.indexOf('IKCFG_ST');
  const end = start < 0 ? -1 : bytes.indexOf('IKCFG_ED', start);
  if (end < 0) return undefined;
  return gunzipSync(bytes.subarray(start + 'IKCFG_ST'.length, end)).toString('utf8');
}

function contains(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(text, 0, 'latin1');
}
