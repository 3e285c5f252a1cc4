import { access, constants, cp, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { OwnedDirectory } from '../cache/owned-directory.ts';
import { unusableKernel } from './kernel-files.ts';
import type { KernelFiles } from './kernel-files.ts';

/** Where a kernel is in a person's directory. */
export interface KernelDirectory {
  readonly directoryHostPath: string;
  readonly version: string;
  readonly vmlinuzHostPath: string;
  readonly modulesHostPath: string;
}

/**
 * Finds the kernel in a directory: modules below lib/modules/VERSION or usr/lib/modules/VERSION, and vmlinuz beside lib/, in boot/, with the
 * modules, or where a kernel's build leaves it. Rejects with `image/unusable-kernel-files`.
 */
export async function findKernelDirectory(directoryHostPath: string): Promise<KernelDirectory> {
  if ((await stat(directoryHostPath).catch(() => undefined))?.isDirectory() !== true) {
    throw unusableKernel(directoryHostPath, 'there is no such directory', 'Name a directory with vmlinuz and lib/modules/VERSION.');
  }
  const modules = await findModules(directoryHostPath);
  const [modulesHostPath] = modules;
  if (modulesHostPath === undefined) {
    throw unusableKernel(
      directoryHostPath,
      'there are no modules in lib/modules/VERSION or usr/lib/modules/VERSION',
      `In the kernel’s source: make modules_install INSTALL_MOD_PATH=${directoryHostPath}`,
    );
  }
  const versions = modules.map((found) => path.basename(found));
  const [version = ''] = versions;
  if (modules.length > 1) {
    throw unusableKernel(
      directoryHostPath,
      `there are modules of more than one kernel (${versions.join(', ')})`,
      'Leave one of them there.',
    );
  }
  const candidates = ['vmlinuz', `vmlinuz-${version}`, `boot/vmlinuz-${version}`, 'arch/x86/boot/bzImage'].map((name) =>
    path.join(directoryHostPath, name),
  );
  for (const vmlinuzHostPath of [...candidates, path.join(modulesHostPath, 'vmlinuz')]) {
    if (!(await isReadableFile(vmlinuzHostPath))) continue;
    return { directoryHostPath, version, vmlinuzHostPath, modulesHostPath };
  }
  throw unusableKernel(
    directoryHostPath,
    `there are the modules of ${version}, but no vmlinuz that can be read`,
    `In the kernel’s source: cp arch/x86/boot/bzImage ${path.join(directoryHostPath, 'vmlinuz')}`,
  );
}

/** Copies a kernel's files, so that they can be changed. */
export async function copyKernelDirectory(work: OwnedDirectory, found: KernelDirectory, busyboxHostPath: string): Promise<KernelFiles> {
  const { directoryHostPath, version, vmlinuzHostPath, modulesHostPath } = found;
  const unpackedHostPath = path.join(work.hostPath, 'unpacked');
  const targetHostPath = path.join(unpackedHostPath, 'usr/lib/modules', version);
  await mkdir(path.dirname(targetHostPath), { recursive: true });
  const links = ['build', 'source'].map((name) => path.join(modulesHostPath, name));
  await cp(modulesHostPath, targetHostPath, { recursive: true, filter: (source) => !links.includes(source) });
  const description = `${directoryHostPath} (${version})`;
  return { version, vmlinuzHostPath, unpackedHostPath, busyboxHostPath, packages: {}, description, shownHostPath: directoryHostPath };
}

async function findModules(directoryHostPath: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const parent of ['usr/lib/modules', 'lib/modules']) {
    const parentHostPath = path.join(directoryHostPath, parent);
    for (const name of (await readdir(parentHostPath).catch(() => [])).sort()) {
      const hostPath = path.join(parentHostPath, name);
      // A kernel's build leaves this list, modules or not. lib may be a link to usr/lib.
      if (await isReadableFile(path.join(hostPath, 'modules.builtin'))) found.add(await realpath(hostPath));
    }
  }
  return [...found];
}

async function isReadableFile(hostPath: string): Promise<boolean> {
  const status = await stat(hostPath).catch(() => undefined);
  return (
    status?.isFile() === true &&
    (await access(hostPath, constants.R_OK).then(
      () => true,
      () => false,
    ))
  );
}
