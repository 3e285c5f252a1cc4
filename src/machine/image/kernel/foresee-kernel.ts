import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { chooseRoot } from '../../../core/image/kernel-abilities.ts';
import type { KernelAbilities } from '../../../core/image/kernel-abilities.ts';
import type { KernelChoice } from '../../../core/image/kernel-choice.ts';
import { findKernelDirectory } from './find-kernel-directory.ts';
import type { KernelDirectory } from './find-kernel-directory.ts';
import { btrfsFeaturesOfCode } from './kernel-code.ts';
import { moduleName } from './module-closure.ts';
import { chooseEntry, unpackVmlinux } from './unpack-vmlinux.ts';
import { upstreamVersionOf } from './upstream-version.ts';

/** What is known of a kernel before it is built: everything for a directory, the version for one named by it, nothing for a suite's. */
export interface ForeseenKernel {
  /** The Linux version it was built from. */
  readonly version?: string;
  readonly abilities?: KernelAbilities;
  /** Whether QEMU can start it without its own unpacking: CONFIG_PVH. */
  readonly hasPvhEntry?: boolean;
}

/** Gives what is known of a kernel before it is built; fetches and builds nothing. Rejects with `image/unusable-kernel-files`. */
export async function foreseeKernel(choice: KernelChoice): Promise<ForeseenKernel> {
  if ('directoryHostPath' in choice) return foreseeDirectory(await findKernelDirectory(choice.directoryHostPath));
  if ('version' in choice) return { version: upstreamVersionOf(choice.version, {}) };
  if ('packageHostPaths' in choice) {
    const named = choice.packageHostPaths.map((hostPath) => /^linux-image-(\d[^_]*)_/u.exec(path.basename(hostPath))?.[1]);
    const version = named.find((found) => found !== undefined);
    return version === undefined ? {} : { version: upstreamVersionOf(version, {}) };
  }
  return {};
}

async function foreseeDirectory(found: KernelDirectory): Promise<ForeseenKernel> {
  const listed = found.moduleFiles.get('modules.builtin');
  const builtin = listed === undefined ? [] : (await readFile(listed, 'utf8')).split('\n');
  const modules = new Map(
    [...found.moduleFiles].filter(([name]) => /\.ko(?:\.\w+)?$/u.test(name)).map(([name, file]) => [moduleName(name), file]),
  );
  const builtins = new Set([...builtin.map(moduleName), ...found.builtins]);
  const root = chooseRoot((name) => modules.has(name) || builtins.has(name));
  const btrfs = modules.get('btrfs');
  const bzImage = await readFile(found.vmlinuzHostPath);
  const vmlinux = unpackVmlinux(bzImage);
  // A compressed module is unpacked only when the kernel is built; until then its version decides.
  const code = btrfs === undefined ? vmlinux : btrfs.endsWith('.ko') ? await readFile(btrfs) : undefined;
  return {
    version: upstreamVersionOf(found.version, {}),
    hasPvhEntry: chooseEntry(bzImage, vmlinux) !== bzImage,
    abilities: { root, ...(code === undefined ? {} : { btrfsFeatures: btrfsFeaturesOfCode(code) }) },
  };
}
