/**
 * Lending the disks of a lab.
 *
 *     on ──halt──► off, locked ──► work on its disks ──► their new state is recorded
 */
import { whyNotAsBuilt } from '../../core/lab/as-built.ts';
import type { LabDisk, LabState } from '../../core/lab/lab-state.ts';
import type { ArrayPicture } from '../../core/array/array-picture.ts';
import { unfinishedWork } from '../../core/array/unfinished-work.ts';
import { whyNotWorkable } from '../../core/array/why-not-workable.ts';
import { planArray } from '../../core/plan/array.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { ArrayAtRest } from '../../drills/drill-request.ts';
import type { MachineDisks } from '../../drills/begin/machine-kit.ts';
import type { Context } from '../../machine/context.ts';
import { requireImages } from './lab-disks.ts';
import { turnOffLocked } from '../end-lab.ts';
import type { LabHouse } from '../bring-up.ts';
import { withLabLock } from '../place/lab-lock.ts';
import type { LabPlace } from '../place/lab-place.ts';
import { readSettledState } from '../look-at-lab.ts';
import { settleUnlessKept } from '../snapshot/restore-snapshot.ts';
import { diskSpecOf } from '../machine/start-lab-machine.ts';
import { readLabState, writeLabState } from '../place/state-file.ts';

/**
 * Lends the array of a lab, which is turned off for it and stays off; nobody else changes the lab meanwhile. Rejects as `work` and
 * `turnOff` do, and with `lab/not-as-built` before anything is touched.
 */
export async function lendArray<T>(ctx: Context, house: LabHouse, place: LabPlace, work: (array: ArrayAtRest) => Promise<T>): Promise<T> {
  return withLabLock(ctx, place, { create: false }, async () => {
    await settleUnlessKept(ctx, place);
    requireAsBuilt(await readSettledState(ctx, place, house.raidlabVersion));
    await turnOffLocked(ctx, house, place, 'halt');
    const state = await readLabState(place);
    await requireImages(place, state.disks);
    return work({
      luksUuids: state.luksUuids,
      disks: {
        systemHostPath: place.systemHostPath,
        systemFormat: 'raw',
        disks: state.disks.map(({ serial, sizeBytes }) => diskSpecOf(place, serial, sizeBytes, state.layout.bus)),
      },
      left: async (disks) => writeLabState(place, { ...state, disks: disksLeft(state.disks, disks), faults: disks.faults ?? [] }),
    });
  });
}

/** Throws `lab/not-as-built` unless a drill for the layout can run on a lab. */
export function requireAsBuilt(state: LabState): void {
  const reason = whyNotAsBuilt(state);
  if (reason !== null) throw new RaidlabError({ area: 'lab', reason: 'not-as-built', ...reason });
}

/** Throws `lab/not-as-built` unless the array of a lab, as its guest shows it, can lose a disk and have it replaced. */
export function requireWorkable(state: LabState, picture: ArrayPicture): void {
  const reason = whyNotWorkable(picture, planArray(state.layout, state.luksUuids), unfinishedWork(picture));
  if (reason !== null) throw new RaidlabError({ area: 'lab', reason: 'not-as-built', ...reason });
}

function disksLeft(disks: readonly LabDisk[], left: MachineDisks): readonly LabDisk[] {
  return disks.map((disk) => ({ ...disk, isIn: left.disks.some(({ serial }) => serial === disk.serial) }));
}
