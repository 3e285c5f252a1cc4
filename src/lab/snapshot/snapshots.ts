/*
 * Snapshots of a lab, each a directory in `snapshots/` with its name: `snapshot.json`, the disks as in `disks/`, and `machine` if it
 * was on. A directory appears and disappears by one rename; names with a leading dot are being made or removed, or were left by a kill.
 */
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';
import { isSnapshotName } from '../../core/lab/snapshot-name.ts';
import { parseSnapshotRecord } from '../../core/lab/snapshot-record.ts';
import type { ListedSnapshot, SnapshotRecord } from '../../core/lab/snapshot-record.ts';
import { allocatedBytes } from '../../machine/cache/entries.ts';
import { fileFailure, hasErrorCode } from '../../machine/cache/file-failure.ts';
import { namesIn } from '../../machine/cache/names-in.ts';
import { removeTree } from '../../machine/cache/remove-tree.ts';
import type { Context } from '../../machine/context.ts';
import type { LabPlace } from '../place/lab-place.ts';

/** The record among a snapshot's files. */
export const snapshotFileName = 'snapshot.json';

/** A snapshot that can be read. */
export interface Snapshot {
  readonly name: string;
  readonly hostPath: string;
  readonly record: SnapshotRecord;
}

/** Gives the names of a lab's snapshots, sorted. */
export async function listSnapshotNames(place: LabPlace): Promise<readonly string[]> {
  return (await namesIn(place.snapshotsHostPath)).filter(isSnapshotName).sort();
}

/** Gives a lab's snapshots, oldest first, unreadable ones last. */
export async function listSnapshots(place: LabPlace): Promise<readonly ListedSnapshot[]> {
  const listed = await Promise.all(
    (await listSnapshotNames(place)).map(async (name): Promise<ListedSnapshot> => {
      const sizeBytes = await allocatedBytes(snapshotHostPath(place, name));
      try {
        return { name, sizeBytes, record: (await readSnapshot(place, name)).record, trouble: null };
      } catch (error) {
        if (!(error instanceof RaidlabError)) throw error;
        return { name, sizeBytes, record: null, trouble: error.message };
      }
    }),
  );
  const ageOf = ({ record }: ListedSnapshot): string => record?.madeAt ?? '~';
  return listed.sort((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
}

/** Reads a snapshot's record. Rejects with `lab/no-snapshot` and `lab/snapshot-damaged`. */
export async function readSnapshot(place: LabPlace, name: string): Promise<Snapshot> {
  await requireSnapshot(place, name);
  const hostPath = snapshotHostPath(place, name);
  const text = await readFile(join(hostPath, snapshotFileName), 'utf8').catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  const read = text === undefined ? ({ is: 'unreadable', why: `${snapshotFileName} is missing` } as const) : parseSnapshotRecord(text);
  if (read.is === 'unreadable') throw new RaidlabError({ area: 'lab', reason: 'snapshot-damaged', snapshot: name, why: read.why });
  return { name, hostPath, record: read.record };
}

/** Rejects with `lab/bad-snapshot-name` and `lab/snapshot-exists` if a new snapshot cannot have this name. */
export async function requireFreeName(place: LabPlace, name: string): Promise<void> {
  if (!isSnapshotName(name)) throw new RaidlabError({ area: 'lab', reason: 'bad-snapshot-name', snapshot: name });
  if ((await listSnapshotNames(place)).includes(name)) {
    throw new RaidlabError({ area: 'lab', reason: 'snapshot-exists', lab: place.name, snapshot: name });
  }
}

/** Removes a snapshot. Rejects with `lab/no-snapshot`. */
export async function removeSnapshot(ctx: Context, place: LabPlace, name: string): Promise<void> {
  await requireSnapshot(place, name);
  await removeUnfinished(ctx, place);
  try {
    await rename(snapshotHostPath(place, name), join(place.snapshotsHostPath, '.removed'));
    await removeUnfinished(ctx, place);
  } catch (error) {
    throw fileFailure(error, { hostPath: place.snapshotsHostPath, holds: 'snapshots', doing: 'removing one' });
  }
}

/** Makes the directory of a snapshot being saved; {@link installSnapshot} gives it its name. */
export async function openUnfinished(ctx: Context, place: LabPlace): Promise<string> {
  await removeUnfinished(ctx, place);
  const hostPath = join(place.snapshotsHostPath, '.saving');
  try {
    await mkdir(hostPath, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileFailure(error, { hostPath, holds: 'snapshots', doing: 'saving one' });
  }
  return hostPath;
}

/** Gives a snapshot that is whole its name. */
export async function installSnapshot(place: LabPlace, unfinishedHostPath: string, name: string): Promise<void> {
  await rename(unfinishedHostPath, snapshotHostPath(place, name));
}

/** Removes unfinished snapshots, being made or removed; requires the lab's lock. */
export async function removeUnfinished(ctx: Context, place: LabPlace): Promise<void> {
  for (const name of await namesIn(place.snapshotsHostPath)) {
    if (name.startsWith('.')) await removeTree(ctx, join(place.snapshotsHostPath, name));
  }
}

function snapshotHostPath(place: LabPlace, name: string): string {
  return join(place.snapshotsHostPath, name);
}

async function requireSnapshot(place: LabPlace, name: string): Promise<void> {
  const known = await listSnapshotNames(place);
  if (!known.includes(name)) throw new RaidlabError({ area: 'lab', reason: 'no-snapshot', lab: place.name, snapshot: name, known });
}
