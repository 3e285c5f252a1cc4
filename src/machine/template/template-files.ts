import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Context } from '../context.ts';
import { createDiskImage } from '../files/disk-image.ts';
import { runHostCommand } from '../process/host-process.ts';

const mebibyte = 1024 * 1024;

/** Gives the two files of a saved machine in a template's entry. */
export function savedFiles(entryHostPath: string): { readonly memoryHostPath: string; readonly stateHostPath: string } {
  return { memoryHostPath: join(entryHostPath, 'memory'), stateHostPath: join(entryHostPath, 'state') };
}

/** Makes a sparse file for a machine's memory. Rejects with `host/disk-full` when there is not enough room for all of it. */
export async function createMemoryFile(ctx: Context, hostPath: string, memoryMiB: number): Promise<void> {
  await requireRoom(hostPath, memoryMiB * mebibyte);
  await createDiskImage(ctx, hostPath, memoryMiB * mebibyte);
}

/** Copies a saved machine's memory, with its holes and mode, so that a fork can change it. Rejects with `host/disk-full`. */
export async function copyMemoryFile(ctx: Context, fromHostPath: string, hostPath: string, memoryMiB: number): Promise<void> {
  await requireRoom(hostPath, memoryMiB * mebibyte);
  const argv = ['cp', '--sparse=always', '--reflink=auto', '--preserve=mode', '--', fromHostPath, hostPath];
  await runHostCommand(ctx, argv, { purpose: 'copy the memory of a template', writesHostPath: hostPath });
}

/** When a mapped file hits a full disk, the program gets no error but is killed. So there must be room before. */
async function requireRoom(hostPath: string, sizeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(hostPath));
  if (bavail * bsize >= sizeBytes) return;
  const doing = `making a template, which may need ${String(Math.ceil(sizeBytes / mebibyte))} MiB`;
  throw new RaidlabError({ area: 'host', reason: 'disk-full', hostPath, doing });
}

/** Gives the failure for a machine with a file as memory: SIGBUS means that the file could not grow. */
export function templateFailure(error: unknown, memoryHostPath: string): unknown {
  if (!(error instanceof RaidlabError) || error.failure.reason !== 'qemu-ended' || !error.failure.how.includes('SIGBUS')) return error;
  return new RaidlabError({ area: 'host', reason: 'disk-full', hostPath: memoryHostPath, doing: 'making a template' }, { cause: error });
}
