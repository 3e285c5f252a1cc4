import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { LabState } from '../../core/lab/lab-state.ts';
import { formatSnapshotRecord, snapshotVersion } from '../../core/lab/snapshot-record.ts';
import type { SnapshotHost, SnapshotMachine } from '../../core/lab/snapshot-record.ts';
import { allocatedBytes } from '../../machine/cache/entries.ts';
import { fileFailure } from '../../machine/cache/file-failure.ts';
import { removeTree } from '../../machine/cache/remove-tree.ts';
import type { Context } from '../../machine/context.ts';
import type { Machine } from '../../machine/machine.ts';
import { copyLabDisks } from '../disks/lab-disks.ts';
import { diskFileName, systemFileName } from '../place/lab-place.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { machineFileName, measureFiles } from './snapshot-files.ts';
import { installSnapshot, openUnfinished, requireFreeName, snapshotFileName } from './snapshots.ts';

/** A running lab machine, and what it can be restored into. */
export interface SavedMachineSource {
  readonly machine: Machine;
  readonly host: SnapshotHost;
}

/** The result of saving a snapshot. */
export interface SavedSnapshot {
  /** Its size on the host's disk. */
  readonly sizeBytes: number;
  /** How long the machine was paused for it, milliseconds; null when it was off. */
  readonly pausedMs: number | null;
}

/**
 * Saves a lab, which nobody else changes meanwhile, under a new name; without a machine, only its disks. Afterwards there is a complete
 * snapshot or none, and the machine is on. Rejects with `lab/bad-snapshot-name`, `lab/snapshot-exists`, `lab/snapshot-failed` and
 * `host/disk-full`.
 */
export async function saveSnapshot(
  ctx: Context,
  place: LabPlace,
  name: string,
  lab: { readonly state: LabState; readonly source: SavedMachineSource | undefined },
): Promise<SavedSnapshot> {
  await requireFreeName(place, name);
  const { state, source } = lab;
  const serials = state.disks.map(({ serial }) => serial);
  const hostPath = await openUnfinished(ctx, place);
  const copyDisks = (): Promise<void> => copyLabDisks(ctx, place.disksHostPath, hostPath, serials);
  const discard = (): Promise<void> => removeTree(ctx, hostPath);
  try {
    const machine: SnapshotMachine | null = source === undefined ? null : { host: source.host, bays: source.machine.bays() };
    const pausedMs = source === undefined ? null : await saveMachine(ctx, source.machine, hostPath, { copyDisks, discard });
    if (source === undefined) await copyDisks();
    const names = [...serials.map(diskFileName), systemFileName, ...(source === undefined ? [] : [machineFileName])];
    const files = await measureFiles(ctx, hostPath, names);
    const record = { v: snapshotVersion, madeAt: new Date().toISOString(), state, machine, files } as const;
    await writeFile(join(hostPath, snapshotFileName), formatSnapshotRecord(record), { mode: 0o600 });
    ctx.signal.throwIfAborted();
    const sizeBytes = await allocatedBytes(hostPath);
    await installSnapshot(place, hostPath, name);
    return { sizeBytes, pausedMs };
  } catch (error) {
    await discard();
    throw snapshotFailure(error, place, name);
  }
}

async function saveMachine(ctx: Context, machine: Machine, hostPath: string, work: Parameters<Machine['snapshot']>[2]): Promise<number> {
  const stateHostPath = join(hostPath, machineFileName);
  // QEMU would make it readable for others, and memory contains keys.
  await writeFile(stateHostPath, '', { mode: 0o600, flag: 'wx' });
  return machine.snapshot(ctx, stateHostPath, work);
}

function snapshotFailure(error: unknown, place: LabPlace, snapshot: string): unknown {
  const { snapshotsHostPath: hostPath } = place;
  const doing = 'saving a snapshot';
  if (!(error instanceof RaidlabError)) return fileFailure(error, { hostPath, holds: 'snapshots', doing });
  if (error.failure.reason !== 'state-not-moved') return error;
  const { said } = error.failure;
  if (/No space left on device|Disk quota exceeded/u.test(said)) {
    return new RaidlabError({ area: 'host', reason: 'disk-full', hostPath, doing }, { cause: error });
  }
  return new RaidlabError({ area: 'lab', reason: 'snapshot-failed', lab: place.name, snapshot, said }, { cause: error });
}
