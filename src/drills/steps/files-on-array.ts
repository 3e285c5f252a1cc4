import type { MappedPiece } from '../../core/btrfs/chunk-tree.ts';
import { locateFiles } from '../../storage/locate-files.ts';
import type { DrillRun } from '../drill-run.ts';
import { payloadTree } from './build-steps.ts';

/** The smallest size of a file worth damaging, bytes: far above what btrfs keeps inside metadata. */
const leastBytes = 32 * 1024;

/**
 * Gives where the payload's plain files lie on the raw disks, below the encryption: files of some size, without holes, with one name. The
 * array must be mounted with all its members, and everything written be on the disks.
 */
export async function locatePayload(run: DrillRun): Promise<ReadonlyMap<string, readonly MappedPiece[]>> {
  const manifest = run.payload.manifests.get(payloadTree);
  if (manifest === undefined) throw new Error(`drill ${run.drill}: there is no ${payloadTree}`);
  const plain = manifest.entries.filter(
    (entry) => entry.kind === 'file' && !entry.isSparse && entry.linkGroup === null && entry.sizeBytes >= leastBytes,
  );
  const guestPaths = plain.map(({ path }) => `${run.array.mountPoint}/${manifest.directory}/${path}`);
  return locateFiles(run.ctx, run.guest, run.members, guestPaths);
}
