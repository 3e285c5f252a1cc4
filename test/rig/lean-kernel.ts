import { copyFile, cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenStore } from '../../src/machine/cache/open-store.ts';
import { openOwnedDirectory } from '../../src/machine/cache/owned-directory.ts';
import type { Context } from '../../src/machine/context.ts';
import { findKernelSource } from '../../src/machine/image/kernel/kernel-sources.ts';

/** Puts Debian 11's kernel into a directory, as its build would have left it, without erofs and overlayfs: as poor in that as a kernel of 2014. */
export async function putLeanKernel(ctx: Context, store: OpenStore, directoryHostPath: string): Promise<void> {
  const source = await findKernelSource(store, { suite: 'bullseye' }, {});
  await using work = await openOwnedDirectory(ctx, store, 'tmp', 'lean-kernel');
  const { version, vmlinuzHostPath, unpackedHostPath } = await source.unpack(ctx, { entryHostPath: work.hostPath, work });
  await cp(join(unpackedHostPath, 'usr/lib/modules'), join(directoryHostPath, 'lib/modules'), { recursive: true });
  await copyFile(vmlinuzHostPath, join(directoryHostPath, 'vmlinuz'));
  for (const name of ['erofs', 'overlayfs']) {
    await rm(join(directoryHostPath, 'lib/modules', version, 'kernel/fs', name), { recursive: true });
  }
}
