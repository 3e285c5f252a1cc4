import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { OwnedDirectory } from '../../cache/owned-directory.ts';
import type { KernelDirectory } from './find-kernel-directory.ts';
import type { KernelFiles } from './kernel-files.ts';

/** Copies a kernel's files to where they may be changed, in the shape of `make modules_install`. */
export async function copyKernelDirectory(work: OwnedDirectory, found: KernelDirectory, busyboxHostPath: string): Promise<KernelFiles> {
  const { directoryHostPath, version, vmlinuzHostPath, moduleFiles, builtins } = found;
  const unpackedHostPath = path.join(work.hostPath, 'unpacked');
  const targetHostPath = path.join(unpackedHostPath, 'usr/lib/modules', version);
  await mkdir(targetHostPath, { recursive: true });
  for (const [name, hostPath] of moduleFiles) {
    await mkdir(path.dirname(path.join(targetHostPath, name)), { recursive: true });
    await copyFile(hostPath, path.join(targetHostPath, name));
  }
  if (!moduleFiles.has('modules.builtin')) {
    await writeFile(path.join(targetHostPath, 'modules.builtin'), builtins.map((name) => `kernel/${name}.ko\n`).join(''));
  }
  if (!moduleFiles.has('modules.order')) await writeFile(path.join(targetHostPath, 'modules.order'), '');
  const description = `${directoryHostPath} (${version})`;
  return { version, vmlinuzHostPath, unpackedHostPath, busyboxHostPath, packages: {}, description, shownHostPath: directoryHostPath };
}
