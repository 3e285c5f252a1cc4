import type { KernelAbilities, OwnKernelAbilities, OwnRootKind, RootKind } from '../../core/image/kernel-abilities.ts';

/** A kernel ready to boot: from a Debian package without installing it, or the user's own. */
export interface KernelArtefact {
  /** As `uname -r` says: `6.12.117+deb13-cloud-amd64`. */
  readonly version: string;
  /** The Linux version it was built from, for version ranges: `6.1.192` where `uname -r` says 6.1.0-56-cloud-amd64. */
  readonly upstreamVersion: string;
  /** Where it came from, for people: `trixie (linux-image-cloud-amd64 6.12.117-1)`. */
  readonly description: string;
  /** The kernel for QEMU: the ELF file from vmlinuz if it has a PVH entry point, which boots 1.4 s faster under TCG, otherwise vmlinuz itself. */
  readonly vmlinuzHostPath: string;
  readonly initramfsHostPath: string;
  /** An image of the module tree, mounted on /lib/modules in the guest: erofs, or ext4 for a whole root; null: they are on an installed root. */
  readonly modulesHostPath: string | null;
  readonly abilities: KernelAbilities;
  /** Hex digest over its files: it differs for other packages, though the recipe and so the cache entry stay the same. */
  readonly digest: string;
}

/** A Debian userland: btrfs-progs, cryptsetup and what a person wants in a shell. */
export interface ToolsArtefact {
  readonly suite: string;
  /** For people: `trixie (btrfs-progs 6.14, cryptsetup 2.7.5)`. */
  readonly description: string;
  /** Versions of the packages that matter, by package name: `btrfs-progs`, `cryptsetup-bin`, … */
  readonly versions: Readonly<Record<string, string>>;
  /** The kernels it is for. */
  readonly root: RootKind;
  /** The read-only base of a machine's root: erofs, the lower layer, or ext4; null: an installed one needs none. */
  readonly rootHostPath: string | null;
  /** The base of every machine's copy-on-write image: a blank ext4, the upper layer of its root, or the whole root. */
  readonly systemHostPath: string;
  /** As for a kernel. */
  readonly digest: string;
}

/** A kernel for our own userlands. */
export interface OwnKernelArtefact extends KernelArtefact {
  readonly modulesHostPath: string;
  readonly abilities: OwnKernelAbilities;
}

/** One of our own userlands. */
export interface OwnToolsArtefact extends ToolsArtefact {
  readonly root: OwnRootKind;
  readonly rootHostPath: string;
}

/** A Debian as its installer leaves it: systemd, its own kernel, and an initramfs made by its own tools. */
export interface InstalledSystem {
  readonly kernel: KernelArtefact;
  readonly tools: ToolsArtefact;
}
