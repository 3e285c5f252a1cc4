import { constants, readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { builtinsOfConfig, buildsModules, missingOptions, modulesOfConfig, parseKernelConfig } from '../../../core/image/kernel-config.ts';
import type { KernelConfig } from '../../../core/image/kernel-config.ts';
import { readKernelBanner } from './bzimage.ts';
import { builtinsOfCode, configOfCode } from './kernel-code.ts';
import { unusableKernel } from './kernel-files.ts';
import { unpackVmlinux } from './unpack-vmlinux.ts';
import { mayAccess } from '../../files/file-access.ts';

/** Where a kernel is in a person's directory. */
export interface KernelDirectory {
  readonly directoryHostPath: string;
  readonly version: string;
  readonly vmlinuzHostPath: string;
  /** The contents for lib/modules/VERSION, by their names there. */
  readonly moduleFiles: ReadonlyMap<string, string>;
  /** Built-in modules, if no modules.builtin lists them. */
  readonly builtins: readonly string[];
}

/** Names of the kernel proper, beside lib/, in boot/, or where a kernel's build leaves it. */
const imageNames: readonly string[] = ['vmlinuz', 'bzImage', 'boot/vmlinuz', 'boot/bzImage', 'arch/x86/boot/bzImage'];

/**
 * Finds the kernel in a directory of one of three shapes: with modules below lib/modules/VERSION or usr/lib/modules/VERSION, as from
 * `make modules_install`; a tree in which a kernel was built; or only a kernel, with everything it needs built in. Rejects with
 * `image/unusable-kernel-files`.
 */
export async function findKernelDirectory(directoryHostPath: string): Promise<KernelDirectory> {
  if ((await stat(directoryHostPath).catch(() => undefined))?.isDirectory() !== true) {
    throw unusableKernel(directoryHostPath, 'there is no such directory', 'Give a directory with vmlinuz and lib/modules/VERSION.');
  }
  const installed = await findInstalledModules(directoryHostPath);
  return installed === undefined ? findWithoutInstalled(directoryHostPath) : findInstalled(directoryHostPath, installed);
}

async function findInstalled(directoryHostPath: string, modulesHostPath: string): Promise<KernelDirectory> {
  const version = path.basename(modulesHostPath);
  const own = [`vmlinuz-${version}`, `boot/vmlinuz-${version}`, ...imageNames].map((name) => path.join(directoryHostPath, name));
  const vmlinuzHostPath = await firstReadable([...own, path.join(modulesHostPath, 'vmlinuz')]);
  if (vmlinuzHostPath === undefined) {
    throw unusableKernel(
      directoryHostPath,
      `there are the modules of ${version}, but no vmlinuz that can be read`,
      `In the kernel’s source: cp arch/x86/boot/bzImage ${path.join(directoryHostPath, 'vmlinuz')}`,
    );
  }
  const config = await findConfig(directoryHostPath, version, undefined);
  if (config !== undefined) checkConfig(directoryHostPath, config);
  return { directoryHostPath, version, vmlinuzHostPath, moduleFiles: await listInstalledModules(modulesHostPath), builtins: [] };
}

/** A tree in which a kernel was built, or a kernel with everything built in. */
async function findWithoutInstalled(directoryHostPath: string): Promise<KernelDirectory> {
  const vmlinuzHostPath = await firstReadable(await imagesIn(directoryHostPath));
  const bzImage = vmlinuzHostPath === undefined ? undefined : await readFile(vmlinuzHostPath);
  const version = bzImage === undefined ? undefined : readKernelBanner(bzImage)?.release;
  const none = unusableKernel(
    directoryHostPath,
    'there are no modules in lib/modules/VERSION or usr/lib/modules/VERSION',
    `In the kernel’s source: make modules_install INSTALL_MOD_PATH=${directoryHostPath}. A kernel with everything built in needs none; put its .config beside its vmlinuz.`,
  );
  if (vmlinuzHostPath === undefined || bzImage === undefined || version === undefined) throw none;
  const vmlinux = unpackVmlinux(bzImage);
  const config = await findConfig(directoryHostPath, version, vmlinux);
  if (config !== undefined) checkConfig(directoryHostPath, config);
  const moduleFiles = await listBuiltModules(directoryHostPath);
  if (config !== undefined && moduleFiles.size === 0 && buildsModules(config) && modulesOfConfig(config).length > 0) {
    const built = (await firstReadable([path.join(directoryHostPath, '.config')])) !== undefined;
    if (!built) throw none;
    const what = `${modulesOfConfig(config).join(', ')} should be modules, but are not built`;
    throw unusableKernel(directoryHostPath, what, 'In the kernel’s source: make modules');
  }
  if (moduleFiles.has('modules.builtin')) return { directoryHostPath, version, vmlinuzHostPath, moduleFiles, builtins: [] };
  const builtins = config !== undefined ? builtinsOfConfig(config) : vmlinux !== undefined ? builtinsOfCode(vmlinux) : [];
  if (builtins.length === 0) throw none;
  return { directoryHostPath, version, vmlinuzHostPath, moduleFiles, builtins };
}

/** The possible names of a kernel without modules, including `vmlinuz-VERSION`. */
async function imagesIn(directoryHostPath: string): Promise<readonly string[]> {
  const named = (await readdir(directoryHostPath)).filter((name) => /^(?:vmlinuz|bzImage)-\d/u.test(name)).sort();
  return [...imageNames, ...named].map((name) => path.join(directoryHostPath, name));
}

function checkConfig(directoryHostPath: string, config: KernelConfig): void {
  const missing = missingOptions(config);
  if (missing.length === 0) return;
  throw unusableKernel(
    directoryHostPath,
    `its configuration lacks what a machine needs: ${missing.join(', ')}`,
    'Build it with these (=y, not =m); `make kvm_guest.config` (kvmconfig before 5.10) sets the rest for a guest.',
  );
}

/** A file beside the kernel lists what is built in; otherwise the kernel itself may. */
async function findConfig(directoryHostPath: string, version: string, vmlinux: Uint8Array | undefined): Promise<KernelConfig | undefined> {
  const names = ['.config', 'config', `config-${version}`, `boot/config-${version}`];
  const hostPath = await firstReadable(names.map((name) => path.join(directoryHostPath, name)));
  const text = hostPath === undefined ? vmlinux && configOfCode(vmlinux) : await readFile(hostPath, 'utf8');
  return text === undefined ? undefined : parseKernelConfig(text);
}

async function findInstalledModules(directoryHostPath: string): Promise<string | undefined> {
  const found = new Set<string>();
  for (const parent of ['usr/lib/modules', 'lib/modules']) {
    const parentHostPath = path.join(directoryHostPath, parent);
    for (const name of (await readdir(parentHostPath).catch(() => [])).sort()) {
      const hostPath = path.join(parentHostPath, name);
      // A kernel's build leaves this list, even without modules. lib may be a link to usr/lib.
      if (await isReadableFile(path.join(hostPath, 'modules.builtin'))) found.add(await realpath(hostPath));
    }
  }
  const [modulesHostPath] = found;
  if (found.size < 2) return modulesHostPath;
  const versions = [...found].map((hostPath) => path.basename(hostPath)).join(', ');
  throw unusableKernel(directoryHostPath, `there are modules of more than one kernel (${versions})`, 'Keep only one of them.');
}

async function listInstalledModules(modulesHostPath: string): Promise<ReadonlyMap<string, string>> {
  // Links to the sources, which may be missing.
  const top = (await readdir(modulesHostPath)).filter((name) => name !== 'build' && name !== 'source');
  const files = new Map<string, string>();
  for (const name of top.sort()) {
    const hostPath = path.join(modulesHostPath, name);
    if (!(await stat(hostPath)).isDirectory()) {
      files.set(name, hostPath);
      continue;
    }
    for (const item of (await readdir(hostPath, { recursive: true, withFileTypes: true })).filter((found) => !found.isDirectory())) {
      const itemHostPath = path.join(item.parentPath, item.name);
      files.set(path.relative(modulesHostPath, itemHostPath), itemHostPath);
    }
  }
  return files;
}

/** The modules where they were built: modules.order lists them, as `kernel/fs/a.ko`, and as `fs/a.o` since Linux 6.3. */
async function listBuiltModules(directoryHostPath: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const order = await readFile(path.join(directoryHostPath, 'modules.order'), 'utf8').catch(() => '');
  for (const line of order.split('\n').filter((text) => text !== '')) {
    const name = line.replace(/^kernel\//u, '').replace(/\.o$/u, '.ko');
    const hostPath = path.join(directoryHostPath, name);
    if (!(await isReadableFile(hostPath))) {
      throw unusableKernel(directoryHostPath, `${name} is in modules.order, but does not exist`, 'In the kernel’s source: make modules');
    }
    files.set(`kernel/${name}`, hostPath);
  }
  for (const name of ['modules.builtin', 'modules.order']) {
    const hostPath = path.join(directoryHostPath, name);
    if (await isReadableFile(hostPath)) files.set(name, hostPath);
  }
  return files;
}

async function firstReadable(hostPaths: readonly string[]): Promise<string | undefined> {
  for (const hostPath of hostPaths) if (await isReadableFile(hostPath)) return hostPath;
  return undefined;
}

async function isReadableFile(hostPath: string): Promise<boolean> {
  const status = await stat(hostPath).catch(() => undefined);
  return status?.isFile() === true && (await mayAccess(hostPath, constants.R_OK));
}
