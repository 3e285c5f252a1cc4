import { RaidlabError } from '../../core/failure.ts';

/** What is taken out of a tree of unpacked kernel packages; all paths relative to the tree. */
export interface KernelTree {
  /** As `uname -r` says. */
  readonly version: string;
  readonly vmlinuz: string;
  /** Directory of the modules: `usr/lib/modules/VERSION`. */
  readonly modules: string;
  readonly busybox: string;
}

/**
 * Finds a kernel in the listing of an unpacked tree. Packaging differs by age: `vmlinuz` is in boot/ or with the modules,
 * the modules under lib/ or usr/lib/.
 *
 * Throws `image/build-failed` when something is not there, or when there is more than one kernel.
 */
export function findKernel(artefact: string, paths: readonly string[]): KernelTree {
  const refuse = (said: string): never => {
    throw new RaidlabError({ area: 'image', reason: 'build-failed', artefact, argv: ['tar', '--list'], said });
  };
  const modules = new Set<string>();
  for (const found of paths) {
    const directory = /^(?:usr\/)?lib\/modules\/[^/]+(?=\/kernel\/)/.exec(found)?.[0];
    if (directory !== undefined) modules.add(directory);
  }
  const [directory] = modules;
  if (directory === undefined) return refuse('The packages hold no kernel modules.');
  if (modules.size > 1) return refuse(`The packages hold more than one kernel: ${[...modules].join(', ')}.`);
  const version = directory.slice(directory.lastIndexOf('/') + 1);
  const vmlinuz = [`boot/vmlinuz-${version}`, `${directory}/vmlinuz`].find((candidate) => paths.includes(candidate));
  if (vmlinuz === undefined) return refuse(`The packages hold the modules of ${version}, but no vmlinuz.`);
  const busybox = ['usr/bin/busybox', 'bin/busybox'].find((candidate) => paths.includes(candidate));
  if (busybox === undefined) return refuse('The packages hold no busybox.');
  return { version, vmlinuz, modules: directory, busybox };
}

/** Gives the versions of the packages whose archives are in a listing: `NAME_VERSION_ARCHITECTURE.deb`, as apt names them in its cache. */
export function findPackageVersions(paths: readonly string[]): Readonly<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const found of paths) {
    const match = /^var\/cache\/apt\/archives\/([^_/]+)_([^_]+)_[^_]+\.deb$/.exec(found);
    // apt encodes what a file name may not hold: the colon of an epoch is %3a.
    if (match?.[1] !== undefined && match[2] !== undefined) versions[match[1]] = decodeURIComponent(match[2]);
  }
  return versions;
}
