/**
 * How a lab is restored from a snapshot. Its previous disks and state stay in the lab's directory `restore/` as long as that may
 * fail; if they are found there later, the restoring process was killed, and they are put back.
 *
 *     stage: snapshot's disks ──copied──► restore/new
 *     put:   state.json ──► restore/old-state.json   disks ──► restore/old   restore/new ──► disks   the new state.json
 *     commit: restore/old-state.json is removed, then the rest          otherwise, settle: all back as it was
 */
import { copyFile, mkdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { LabState } from '../../core/lab/lab-state.ts';
import { fileFailure } from '../../machine/cache/file-failure.ts';
import { removeTree } from '../../machine/cache/remove-tree.ts';
import type { Context } from '../../machine/context.ts';
import { findKeeper } from '../keeper/keeper-record.ts';
import { copyLabDisks } from '../disks/lab-disks.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { judgeFiles, machineFileName } from './snapshot-files.ts';
import type { Snapshot } from './snapshots.ts';
import { writeLabState } from '../place/state-file.ts';
import { isThere } from '../../machine/files/file-access.ts';

/** The disks of a snapshot, ready to become a lab's. Disposing it restores the lab as it was, unless it was committed. */
export interface StagedRestore extends AsyncDisposable {
  /** Makes them the disks of the lab, which must be off, and `state` its state. */
  readonly put: (state: LabState) => Promise<void>;
  /** Removes the lab's previous disks and state. */
  readonly commit: () => Promise<void>;
}

/**
 * Copies a snapshot's disks to where they can become a lab's at once; changes nothing else of the lab, which may be on, and has been
 * settled. Rejects with `lab/snapshot-damaged` when a needed file of the snapshot is not as written, and with `host/disk-full`.
 */
export async function stageRestore(ctx: Context, place: LabPlace, snapshot: Snapshot, withMachine: boolean): Promise<StagedRestore> {
  const at = placesOf(place);
  let isCommitted = false;
  const dispose = async (): Promise<void> => {
    if (!isCommitted) await settleRestore(ctx, place);
  };
  const asFile = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw fileFailure(error, { hostPath: place.hostPath, holds: `the lab ${place.name}`, doing: 'restoring a snapshot' });
    }
  };
  try {
    await asFile(() => mkdir(at.newDisks, { recursive: true, mode: 0o700 }));
    await copyWhole(ctx, snapshot, at.newDisks, withMachine);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    put: async (state) => {
      await asFile(async () => {
        await copyFile(place.stateHostPath, at.oldStateBeingWritten);
        await rename(at.oldStateBeingWritten, at.oldState);
        await rename(place.disksHostPath, at.oldDisks);
        await rename(at.newDisks, place.disksHostPath);
      });
      await writeLabState(place, state);
    },
    commit: async () => {
      await asFile(() => unlink(at.oldState));
      isCommitted = true;
      await removeTree(ctx, place.restoreHostPath);
    },
    [Symbol.asyncDispose]: dispose,
  };
}

/** Settles a half-done restore; requires the lab's lock. A keeper that lives has already settled it. */
export async function settleUnlessKept(ctx: Context, place: LabPlace): Promise<void> {
  if ((await findKeeper(place)).is !== 'alive') await settleRestore(ctx, place);
}

/**
 * Returns a lab to its state before an uncommitted restore; does nothing if there was none. Only for a lab that is off, or whose restore
 * was not put in place yet.
 */
export async function settleRestore(ctx: Context, place: LabPlace): Promise<void> {
  const at = placesOf(place);
  try {
    // The state is restored last: if this process is killed in between, the next one does the rest.
    if (await isThere(at.oldState)) {
      if (await isThere(at.oldDisks)) {
        await removeTree(ctx, place.disksHostPath);
        await rename(at.oldDisks, place.disksHostPath);
      }
      await rename(at.oldState, place.stateHostPath);
    }
    await removeTree(ctx, place.restoreHostPath);
  } catch (error) {
    throw fileFailure(error, { hostPath: place.hostPath, holds: `the lab ${place.name}`, doing: 'taking back a restore' });
  }
}

function placesOf({ restoreHostPath }: LabPlace) {
  const at = (name: string): string => join(restoreHostPath, name);
  return {
    newDisks: at('new'),
    oldDisks: at('old'),
    oldState: at('old-state.json'),
    oldStateBeingWritten: at('old-state.json.new'),
  } as const;
}

/** Copies and verifies at the same time: both take equally long. */
async function copyWhole(ctx: Context, snapshot: Snapshot, toHostPath: string, withMachine: boolean): Promise<void> {
  const { name, hostPath, record } = snapshot;
  const files = record.files.filter((file) => withMachine || file.name !== machineFileName);
  const serials = record.state.disks.map(({ serial }) => serial);
  const both = await Promise.allSettled([judgeFiles(ctx, hostPath, files), copyLabDisks(ctx, hostPath, toHostPath, serials)]);
  ctx.signal.throwIfAborted();
  const [judged, copied] = both;
  if (judged.status === 'rejected') throw judged.reason;
  if (judged.value !== undefined) throw new RaidlabError({ area: 'lab', reason: 'snapshot-damaged', snapshot: name, why: judged.value });
  if (copied.status === 'rejected') throw copied.reason;
}
