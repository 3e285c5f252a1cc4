import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { RaidlabError } from '../../../core/failure/failure.ts';
import type { OwnedDirectory } from '../../cache/owned-directory.ts';
import type { Context } from '../../context.ts';
import { runHostCommand } from '../../process/host-process.ts';
import { unusableKernel } from './kernel-files.ts';
import type { KernelFiles } from './kernel-files.ts';
import { findKernel } from './kernel-tree.ts';

/** The packages with a kernel's files if its linux-image contains none: since about Linux 6.19. */
export const splitPrefixes = ['linux-base-', 'linux-binary-', 'linux-modules-'];

/**
 * Gives the package files of a kernel: those named, and what a split linux-image leaves to others, if that is next to it. Rejects with
 * `image/unusable-kernel-files` when a file does not exist.
 */
export async function findPackageFiles(hostPaths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const hostPath of hostPaths) {
    if (!(await isFile(hostPath))) throw unusableKernel(hostPath, 'there is no such file', 'Give .deb files that exist.');
    found.push(hostPath);
    for (const sibling of siblingsOf(path.basename(hostPath))) {
      const siblingHostPath = path.join(path.dirname(hostPath), sibling);
      if (await isFile(siblingHostPath)) found.push(siblingHostPath);
    }
  }
  return [...new Set(found)];
}

/** Gives the names of the other packages of a split linux-image; none for any other package. */
export function siblingsOf(fileName: string): readonly string[] {
  const rest = /^linux-image-(.+\.deb)$/u.exec(fileName)?.[1];
  return rest === undefined ? [] : splitPrefixes.map((prefix) => prefix + rest);
}

/** Unpacks a kernel's Debian packages. Rejects with `image/unusable-kernel-files`. */
export async function unpackKernelPackages(
  ctx: Context,
  work: OwnedDirectory,
  hostPaths: readonly string[],
  busyboxHostPath: string,
): Promise<KernelFiles> {
  const shownHostPath = hostPaths.join(', ');
  const extractedHostPath = path.join(work.hostPath, 'extracted');
  await mkdir(extractedHostPath);
  const packages: Record<string, string> = {};
  const depends: string[] = [];
  for (const hostPath of hostPaths) {
    const said = await readPackage(ctx, hostPath, ['--show', '--showformat', '${Package} ${Version} ${Depends}\\n']);
    const [name = '', version = '', ...rest] = said.trimEnd().split(' ');
    packages[name] = version;
    depends.push(...splitDependencies(rest.join(' ')));
    await readPackage(ctx, hostPath, ['--extract'], extractedHostPath);
  }
  const listing = await readdir(extractedHostPath, { recursive: true });
  const tree = findKernel(listing);
  if ('problem' in tree) {
    const missing = depends.filter((name) => packages[name] === undefined);
    const remedy =
      missing.length === 0
        ? 'Give a linux-image package of Debian, or one made with `make bindeb-pkg`.'
        : `Its files are in other packages: put ${missing.join(', ')} next to it, or give them too, separated by commas.`;
    throw unusableKernel(shownHostPath, tree.problem, remedy);
  }
  const unpackedHostPath = path.join(work.hostPath, 'unpacked');
  const modulesHostPath = path.join(unpackedHostPath, 'usr/lib/modules', tree.version);
  await mkdir(path.dirname(modulesHostPath), { recursive: true });
  await rename(path.join(extractedHostPath, tree.modules), modulesHostPath);
  const vmlinuzHostPath = tree.vmlinuz.startsWith(`${tree.modules}/`)
    ? path.join(modulesHostPath, path.basename(tree.vmlinuz))
    : path.join(extractedHostPath, tree.vmlinuz);
  const description = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return {
    version: tree.version,
    vmlinuzHostPath,
    unpackedHostPath,
    busyboxHostPath,
    packages,
    description: description.join(', '),
    shownHostPath,
  };
}

/** Gives the packages in a `Depends` field that a kernel may be split into. */
export function splitDependencies(depends: string): readonly string[] {
  return depends.split(/[,|]/u).flatMap((one) => {
    const name = one.trim().split(' ')[0] ?? '';
    return splitPrefixes.some((prefix) => name.startsWith(prefix)) ? [name] : [];
  });
}

async function readPackage(ctx: Context, hostPath: string, words: readonly string[], targetHostPath?: string): Promise<string> {
  // The options of --show come before the file, the directory of --extract after it.
  const argv = ['dpkg-deb', ...words, hostPath, ...(targetHostPath === undefined ? [] : [targetHostPath])];
  const writes = targetHostPath === undefined ? {} : { writesHostPath: targetHostPath };
  try {
    return (await runHostCommand(ctx, argv, { purpose: 'unpack the kernel’s packages', ...writes })).stdout;
  } catch (error) {
    if (!(error instanceof RaidlabError) || error.failure.reason !== 'command-failed') throw error;
    throw unusableKernel(hostPath, `dpkg-deb cannot read it (${error.failure.said.trim()})`, 'Fetch or build the package again.');
  }
}

async function isFile(hostPath: string): Promise<boolean> {
  return (await stat(hostPath).catch(() => undefined))?.isFile() === true;
}
