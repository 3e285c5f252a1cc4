import { RaidlabError } from '../../core/failure/failure.ts';
import type { LabLife } from '../../core/lab/lab-state.ts';
import type { Context } from '../../machine/context.ts';
import { askKeeper } from '../keeper/ask-keeper.ts';
import { askOrStartKeeper } from '../bring-up.ts';
import type { LabHouse } from '../bring-up.ts';
import { turnOffLocked } from '../end-lab.ts';
import { requireImages } from '../disks/lab-disks.ts';
import { findKeeper } from '../keeper/keeper-record.ts';
import { withLabLock } from '../place/lab-lock.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { settleRestore, settleUnlessKept, stageRestore } from './restore-snapshot.ts';
import { saveSnapshot } from './save-snapshot.ts';
import type { SavedSnapshot } from './save-snapshot.ts';
import { readSnapshot, removeSnapshot } from './snapshots.ts';
import type { Snapshot } from './snapshots.ts';
import { readLabState } from '../place/state-file.ts';

/**
 * Saves a lab, on or off, under a new name. Rejects as `saveSnapshot` does, with `lab/snapshot-unsupported`, and with `lab/not-on` if it
 * was never on.
 */
export async function saveLab(ctx: Context, house: LabHouse, place: LabPlace, name: string): Promise<SavedSnapshot> {
  return withLabLock(ctx, place, { create: false }, async () => {
    const found = await findKeeper(place);
    if (found.is === 'alive' || found.is === 'elsewhere') {
      const address = { place, socketHostPath: found.keeper.socketHostPath, raidlabVersion: house.raidlabVersion };
      const { saved } = await askKeeper(ctx, address, { op: 'save-snapshot', name });
      return saved ?? { sizeBytes: 0, pausedMs: null };
    }
    await settleRestore(ctx, place);
    const state = await readLabState(place);
    if (state.life.state === 'off' && state.life.how === 'new') {
      const how = 'it has never been on, so there is nothing to save';
      throw new RaidlabError({ area: 'lab', reason: 'not-on', lab: place.name, how, lastConsoleLines: [] });
    }
    await requireImages(place, state.disks);
    return saveSnapshot(ctx, place, name, { state, source: undefined });
  });
}

/**
 * Restores a lab from a snapshot, whatever its state; says whether it is on. With `disksOnly` a saved machine is left out, and the lab is
 * off, as after a power cut. When it rejects, the lab still has its disks: with `lab/no-snapshot`, `lab/snapshot-damaged`,
 * `lab/snapshot-differs`, `lab/snapshot-unsupported`, and as `stageRestore` does.
 */
export async function restoreLab(ctx: Context, house: LabHouse, place: LabPlace, name: string, disksOnly: boolean): Promise<boolean> {
  return withLabLock(ctx, place, { create: false }, async () => {
    const snapshot = await readSnapshot(place, name);
    if (snapshot.record.machine !== null && !disksOnly) {
      await askOrStartKeeper(ctx, house, place, { op: 'restore-snapshot', name });
      return true;
    }
    await restoreDisks(ctx, house, place, snapshot);
    return false;
  });
}

/** Removes snapshots. Rejects with `lab/no-snapshot`. */
export async function removeSnapshots(ctx: Context, place: LabPlace, names: readonly string[]): Promise<void> {
  await withLabLock(ctx, place, { create: false }, async () => {
    for (const name of names) await readNamed(place, name);
    for (const name of names) await removeSnapshot(ctx, place, name);
  });
}

/** None is removed if one of them does not exist. */
async function readNamed(place: LabPlace, name: string): Promise<void> {
  await readSnapshot(place, name).catch((error: unknown) => {
    if (!(error instanceof RaidlabError) || error.failure.reason !== 'snapshot-damaged') throw error;
  });
}

async function restoreDisks(ctx: Context, house: LabHouse, place: LabPlace, snapshot: Snapshot): Promise<void> {
  await settleUnlessKept(ctx, place);
  await using staged = await stageRestore(ctx, place, snapshot, false);
  await turnOffLocked(ctx, house, place, 'crash');
  const { sshPort, isSshPortAsked } = await readLabState(place);
  const { state } = snapshot.record;
  const crashed: LabLife = { state: 'off', how: 'crash', at: new Date().toISOString() };
  const restored = { ...state, sshPort, isSshPortAsked, life: state.life.state === 'on' ? crashed : state.life };
  await staged.put(restored);
  await staged.commit();
}
