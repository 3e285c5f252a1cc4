/**
 * What a kernel can do, as far as a machine has to know before it boots. Read from the kernel's own files: which modules it has, and
 * the names in its code. A number says little: distributions take features back, and people leave them out.
 */

/**
 * What a machine's root is. `layers`: a read-only erofs, and over it, by overlayfs, a system disk with what this machine wrote.
 * `whole`: ext4, read-only until the machine's own disk, a copy-on-write one of the same, takes its place.
 */
export type RootKind = 'layers' | 'whole';

/** What a kernel can do. */
export interface KernelAbilities {
  readonly root: RootKind;
  /** Those of {@link btrfsFeatureNames} that its btrfs knows; undefined: its files do not say, as when it is packed in a way that we cannot unpack. */
  readonly btrfsFeatures?: readonly string[];
}

/** Modules that every machine needs, before there is a root; as far as they are not built in. The agent's port is wanted as early. */
const machineModules: readonly string[] = ['virtio_pci', 'virtio_blk', 'virtio_console', 'ext4'];

/** Modules that a root of layers needs besides. */
const layerModules: readonly string[] = ['erofs', 'overlay'];

/** Modules that the array of a drill needs, once there is a root: its disks hang on virtio-scsi. */
export const arrayModules: readonly string[] = ['virtio_scsi', 'btrfs', 'dm_crypt'];

/** All modules that {@link chooseRoot} and {@link rootModulesOf} may ask for. */
export const knownRootModules: readonly string[] = [...machineModules, ...layerModules];

/** Gives the root that a kernel can have: layers where it has both of the filesystems. `has`: whether it has a module, built in or not. */
export function chooseRoot(has: (module: string) => boolean): RootKind {
  return layerModules.every(has) ? 'layers' : 'whole';
}

/** Gives the modules without which there is no such root. */
export function rootModulesOf(root: RootKind): readonly string[] {
  return root === 'layers' ? knownRootModules : machineModules;
}

/**
 * The features that mkfs.btrfs turns on by itself and old kernels refuse, as a kernel names them in /sys/fs/btrfs/features. Each name is in
 * the code of a kernel that knows the feature.
 */
export const btrfsFeatureNames: readonly string[] = ['no_holes', 'free_space_tree', 'block_group_tree'];
