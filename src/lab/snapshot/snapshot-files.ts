import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotFile } from '../../core/lab/snapshot-record.ts';
import { hasErrorCode } from '../../machine/cache/file-failure.ts';
import { hashFile } from '../../machine/cache/file-hash.ts';
import type { Context } from '../../machine/context.ts';

/** The file of a snapshot with its machine: memory, processor and devices. */
export const machineFileName = 'machine';

/** Measures files of a snapshot. */
export async function measureFiles(ctx: Context, directoryHostPath: string, names: readonly string[]): Promise<readonly SnapshotFile[]> {
  return Promise.all(
    names.map(async (name) => {
      const hostPath = join(directoryHostPath, name);
      return { name, sizeBytes: (await stat(hostPath)).size, xxh128: await hashFile(ctx, hostPath) };
    }),
  );
}

/** Says what is wrong with a snapshot's files, in words; undefined when all are as written. */
export async function judgeFiles(ctx: Context, directoryHostPath: string, files: readonly SnapshotFile[]): Promise<string | undefined> {
  const found = await Promise.all(
    files.map(async ({ name, sizeBytes, xxh128 }) => {
      const hostPath = join(directoryHostPath, name);
      const size = await sizeOf(hostPath);
      if (size === undefined) return `${name} is missing`;
      if (size !== sizeBytes) return `${name} has ${String(size)} bytes instead of ${String(sizeBytes)}`;
      return (await hashFile(ctx, hostPath)) === xxh128 ? undefined : `the content of ${name} has changed`;
    }),
  );
  return found.find((why) => why !== undefined);
}

async function sizeOf(hostPath: string): Promise<number | undefined> {
  try {
    return (await stat(hostPath)).size;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
