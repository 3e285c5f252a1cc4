import { open, rm } from 'node:fs/promises';
import { fileFailure } from './cache/file-failure.ts';
import type { Context } from './context.ts';
import { runHostCommand } from './host-process.ts';

/** Makes a sparse raw disk image: all zeroes, no space used. Rejects when the file is there already. */
export async function createDiskImage(ctx: Context, hostPath: string, sizeBytes: number): Promise<void> {
  ctx.signal.throwIfAborted();
  try {
    await using file = await open(hostPath, 'wx', 0o600);
    await file.truncate(sizeBytes);
  } catch (error) {
    throw fileFailure(error, { hostPath, holds: 'a disk image', doing: 'making a disk image' });
  }
}

/** What an overlay is laid over. */
export interface OverlaySpec {
  readonly hostPath: string;
  /** Read, never written; must stay where it is. */
  readonly backingHostPath: string;
  readonly backingFormat: 'raw' | 'qcow2';
}

/** Makes a qcow2 image that holds only what differs from its backing image. Rejects when the file is there already. */
export async function createOverlay(ctx: Context, overlay: OverlaySpec): Promise<void> {
  const { hostPath, backingHostPath, backingFormat } = overlay;
  // qemu-img would overwrite without asking.
  await createDiskImage(ctx, hostPath, 0);
  try {
    const argv = ['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', backingFormat, '-b', backingHostPath, hostPath];
    await runHostCommand(ctx, argv, { purpose: 'make disk images', writesHostPath: hostPath });
  } catch (error) {
    await rm(hostPath, { force: true });
    throw error;
  }
}
