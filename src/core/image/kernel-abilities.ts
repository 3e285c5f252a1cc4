/**
 * What a kernel can do, as far as a machine must know before it boots. Read from the kernel's own files: its modules, and the names in
 * its code. The version says little: distributions revert features, and people leave them out.
 */

/**
 * What the root of one of our own userlands is. `layers`: a read-only erofs, with the machine's system disk over it by overlayfs. `whole`:
 * one ext4, read-only until the machine's own copy-on-write image of it takes its place.
 */
export type OwnRootKind = 'layers' | 'whole';

/** What a machine's root is: our own userland, or `installed`: an ext4 with a Debian that boots by itself, with systemd. */
export type RootKind = OwnRootKind | 'installed';

/** What a kernel can do. */
export interface KernelAbilities {
  readonly root: RootKind;
  /**
   * Those of {@link btrfsFeatureNames} that its btrfs knows; undefined when its files do not say, as when it is packed in a way that we
   * cannot unpack.
   */
  readonly btrfsFeatures?: readonly string[];
}

/** What a kernel can do that runs one of our own userlands. */
export interface OwnKernelAbilities extends KernelAbilities {
  readonly root: OwnRootKind;
}

/** Modules that every machine needs before it has a root, unless they are built in. The agent's port is needed as early. */
const machineModules: readonly string[] = ['virtio_pci', 'virtio_blk', 'virtio_console', 'ext4'];

/** Additional modules for a layered root. */
const layerModules: readonly string[] = ['erofs', 'overlay'];

/** Modules that the array of a drill needs once there is a root: its disks are on virtio-scsi. */
export const arrayModules: readonly string[] = ['virtio_scsi', 'btrfs', 'dm_crypt'];

/** All modules that {@link chooseRoot} and {@link rootModulesOf} may ask about. */
export const knownRootModules: readonly string[] = [...machineModules, ...layerModules];

/** Gives the root that a kernel supports: layers if it has both filesystems. `has`: whether it has a module, built in or not. */
export function chooseRoot(has: (module: string) => boolean): OwnRootKind {
  return layerModules.every(has) ? 'layers' : 'whole';
}

/** Gives the modules that this root requires. */
export function rootModulesOf(root: OwnRootKind): readonly string[] {
  return root === 'layers' ? knownRootModules : machineModules;
}

/**
 * The features that mkfs.btrfs turns on by itself and old kernels refuse, by their names in /sys/fs/btrfs/features. A kernel that knows a
 * feature has its name in its code.
 */
export const btrfsFeatureNames: readonly string[] = ['no_holes', 'free_space_tree', 'block_group_tree'];
