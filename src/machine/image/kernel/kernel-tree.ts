/** What is found in a tree of unpacked kernel packages; all paths relative to the tree. */
export interface KernelTree {
  /** As `uname -r` says. */
  readonly version: string;
  readonly vmlinuz: string;
  /** Directory of the modules: `usr/lib/modules/VERSION`. */
  readonly modules: string;
}

/**
 * Finds a kernel in the listing of an unpacked tree, or says why there is none, as the end of a sentence. Packaging differs by age:
 * `vmlinuz` is in boot/ or with the modules, the modules are under lib/ or usr/lib/.
 */
export function findKernel(paths: readonly string[]): KernelTree | { readonly problem: string } {
  const modules = new Set<string>();
  for (const found of paths) {
    const directory = /^(?:usr\/)?lib\/modules\/[^/]+(?=\/kernel\/)/.exec(found)?.[0];
    if (directory !== undefined) modules.add(directory);
  }
  const [directory] = modules;
  if (directory === undefined) return { problem: 'there are no kernel modules' };
  const versions = [...modules].map((found) => found.slice(found.lastIndexOf('/') + 1));
  const [version = ''] = versions;
  if (modules.size > 1) return { problem: `there are modules of more than one kernel (${versions.join(', ')})` };
  const vmlinuz = [`boot/vmlinuz-${version}`, `${directory}/vmlinuz`].find((candidate) => paths.includes(candidate));
  if (vmlinuz === undefined) return { problem: `there are the modules of ${version}, but no vmlinuz` };
  if (!paths.includes(`${directory}/modules.builtin`)) return { problem: `there are the modules of ${version}, but no modules.builtin` };
  return { version, vmlinuz, modules: directory };
}

/** Finds busybox in the listing of an unpacked tree; undefined when it is not there. */
export function findBusybox(paths: readonly string[]): string | undefined {
  return ['usr/bin/busybox', 'bin/busybox'].find((candidate) => paths.includes(candidate));
}

/** Gives the versions of the packages whose archives are in a listing: `NAME_VERSION_ARCHITECTURE.deb`, as apt names them in its cache. */
export function findPackageVersions(paths: readonly string[]): Readonly<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const found of paths) {
    const match = /^var\/cache\/apt\/archives\/([^_/]+)_([^_]+)_[^_]+\.deb$/.exec(found);
    // apt encodes what a file name must not contain: the colon of an epoch is %3a.
    if (match?.[1] !== undefined && match[2] !== undefined) versions[match[1]] = decodeURIComponent(match[2]);
  }
  return versions;
}
