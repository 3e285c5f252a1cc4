import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { RaidlabError } from '../../../core/failure/failure.ts';
import type { Context } from '../../context.ts';
import type { DiskSpec } from '../../machine.ts';
import { runHostCommand } from '../../process/host-process.ts';

/** What a boot loader loads. */
export interface BootFiles {
  readonly vmlinuzHostPath: string;
  readonly initramfsHostPath: string;
}

/**
 * Takes a kernel, by its release, and its initramfs from the disk that a machine, which is off, has mounted on /boot: an ext2, as boot
 * loaders read it. They are put into the given empty directory. Rejects with `machine/boot-failed` when one is not there.
 */
export async function takeBootFiles(
  ctx: Context,
  { machine, disk, release }: { readonly machine: string; readonly disk: DiskSpec; readonly release: string },
  directoryHostPath: string,
): Promise<BootFiles> {
  const imageHostPath = disk.format === 'raw' ? disk.hostPath : await flatten(ctx, disk, directoryHostPath);
  const take = async (name: string): Promise<string> => {
    const argv = ['debugfs', '-R', `dump /${name} ${name}`, imageHostPath];
    const { stderr } = await runHostCommand(ctx, argv, {
      purpose: 'read a boot disk',
      cwdHostPath: directoryHostPath,
      writesHostPath: directoryHostPath,
    });
    const hostPath = path.join(directoryHostPath, name);
    // It exits 0 whatever happens.
    const bytes = await readFile(hostPath).catch(() => undefined);
    if (bytes !== undefined && bytes.length > 0) return hostPath;
    throw new RaidlabError({ area: 'machine', reason: 'boot-failed', machine, said: `Its boot disk has no ${name}.\n${stderr}` });
  };
  return { vmlinuzHostPath: await take(`vmlinuz-${release}`), initramfsHostPath: await take(`initrd.img-${release}`) };
}

/** A raw copy, which is all that debugfs reads. */
async function flatten(ctx: Context, disk: DiskSpec, directoryHostPath: string): Promise<string> {
  const hostPath = path.join(directoryHostPath, 'boot.raw');
  const argv = ['qemu-img', 'convert', '-f', disk.format, '-O', 'raw', disk.hostPath, hostPath];
  await runHostCommand(ctx, argv, { purpose: 'read a boot disk', writesHostPath: directoryHostPath });
  return hostPath;
}
