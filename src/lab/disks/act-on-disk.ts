import { RaidlabError } from '../../core/failure/failure.ts';
import { planDiskAct } from '../../core/lab/disk-act.ts';
import type { DiskAct, DiskChange, DiskMoment } from '../../core/lab/disk-act.ts';
import type { ArrayPicture } from '../../core/array/array-picture.ts';
import type { ActDone } from '../../core/lab/keeper-protocol.ts';
import type { LabState } from '../../core/lab/lab-state.ts';
import { judgeRedundancy } from '../../core/lab/redundancy.ts';
import type { Context } from '../../machine/context.ts';
import { askKeeper } from '../keeper/ask-keeper.ts';
import type { LabHouse } from '../bring-up.ts';
import { findKeeper } from '../keeper/keeper-record.ts';
import { changeDisksAtRest } from './kept-disks.ts';
import { withLabLock } from '../place/lab-lock.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { settleRestore } from '../snapshot/restore-snapshot.ts';
import { seeMoment, settleDisks } from './settle-disks.ts';
import { readLabState, writeLabState } from '../place/state-file.ts';

/**
 * Acts on a disk of a lab, on or off. Rejects with `lab/unknown-disk`, `lab/bad-fault`, and `lab/beyond-redundancy` when it may destroy
 * the last good copy of something and `beyondRedundancy` does not allow that.
 */
export async function actOnDisk(ctx: Context, house: LabHouse, place: LabPlace, act: DiskAct, beyondRedundancy: boolean): Promise<ActDone> {
  return withLabLock(ctx, place, { create: false }, async () => {
    const found = await findKeeper(place);
    if (found.is === 'alive' || found.is === 'elsewhere') {
      const { socketHostPath } = found.keeper;
      return askKeeper(ctx, { place, socketHostPath, raidlabVersion: house.raidlabVersion }, { op: 'disk', act, beyondRedundancy });
    }
    await settleRestore(ctx, place);
    const read = await readLabState(place);
    const state = { ...read, disks: await settleDisks(place, read, undefined) };
    const moment = await seeMoment(place, state.layout, act, undefined);
    const change = planAllowedAct(state, act, { lab: place.name, picture: undefined, beyondRedundancy, moment });
    await changeDisksAtRest(ctx, place, change);
    await writeLabState(place, { ...state, disks: change.disks, faults: change.faults });
    return describeChange(change);
  });
}

/** Plans an act on a disk, unless it may destroy the last good copy of something. */
export function planAllowedAct(
  state: LabState,
  act: DiskAct,
  given: {
    readonly lab: string;
    readonly picture: ArrayPicture | undefined;
    readonly beyondRedundancy: boolean;
    readonly moment: DiskMoment;
  },
): DiskChange {
  const change = planDiskAct(state, act, given.lab, given.moment);
  const why = given.beyondRedundancy || change.deeds.length === 0 ? undefined : judgeRedundancy(state, act, given.picture);
  if (why !== undefined) throw new RaidlabError({ area: 'lab', reason: 'beyond-redundancy', why });
  return change;
}

/** Gives the result of a change, for the command that requested it. */
export function describeChange({ deeds }: DiskChange): ActDone {
  const added = deeds.find((deed) => deed.deed === 'create');
  return { changed: deeds.length > 0, ...(added === undefined ? {} : { disk: added.disk.serial }) };
}
