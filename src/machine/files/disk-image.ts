import { open, writeFile } from 'node:fs/promises';
import { RaidlabError } from '../../core/failure/failure.ts';
import { formatQcow2Overlay, parseQcow2Size } from '../../core/bytes/qcow2-overlay.ts';
import { fileFailure } from '../cache/file-failure.ts';
import type { Context } from '../context.ts';

/** Makes a sparse raw disk image: all zeroes, no space used. Rejects if the file exists. */
export async function createDiskImage(ctx: Context, hostPath: string, sizeBytes: number): Promise<void> {
  ctx.signal.throwIfAborted();
  try {
    await using file = await open(hostPath, 'wx', 0o600);
    await file.truncate(sizeBytes);
  } catch (error) {
    throw fileFailure(error, { hostPath, holds: 'a disk image', doing: 'making a disk image' });
  }
}

/** The backing image of an overlay. */
export interface OverlaySpec {
  readonly hostPath: string;
  /** Read, never written; must stay where it is. */
  readonly backingHostPath: string;
  readonly backingFormat: 'raw' | 'qcow2';
}

/**
 * Makes a qcow2 image with only the differences from its backing image. Rejects if the file exists, and with `host/command-failed`, as
 * qemu-img would, when the backing image is unsuitable. Written here instead of by qemu-img: a fork needs one per disk, and starting a
 * program for it takes longer than the fork.
 */
export async function createOverlay(ctx: Context, overlay: OverlaySpec): Promise<void> {
  ctx.signal.throwIfAborted();
  const { hostPath, backingHostPath, backingFormat } = overlay;
  const sizeBytes = await sizeOfImage(overlay);
  try {
    await writeFile(hostPath, formatQcow2Overlay({ sizeBytes, backingHostPath, backingFormat }), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw fileFailure(error, { hostPath, holds: 'a disk image', doing: 'making a disk image' });
  }
}

async function sizeOfImage({ backingHostPath, backingFormat }: OverlaySpec): Promise<number> {
  try {
    await using file = await open(backingHostPath);
    if (backingFormat === 'raw') return (await file.stat()).size;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(32), 0, 32, 0);
    const sizeBytes = parseQcow2Size(buffer.subarray(0, bytesRead));
    if (sizeBytes !== undefined) return sizeBytes;
    throw new Error('it is no qcow2 image');
  } catch (error) {
    const argv = ['open', backingHostPath];
    throw new RaidlabError({ area: 'host', reason: 'command-failed', argv, said: (error as Error).message }, { cause: error });
  }
}
