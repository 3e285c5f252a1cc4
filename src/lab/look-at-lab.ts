import { RaidlabError } from '../core/failure/failure.ts';
import type { ArrayPicture } from '../core/array/array-picture.ts';
import type { LabState } from '../core/lab/lab-state.ts';
import type { Context } from '../machine/context.ts';
import { askKeeper } from './keeper/ask-keeper.ts';
import { inspectLab } from './inspect-lab.ts';
import type { InspectedLab } from './inspect-lab.ts';
import type { LabPlace } from './place/lab-place.ts';
import { settleDisks } from './disks/settle-disks.ts';
import { readLabState } from './place/state-file.ts';

/** A lab with its guest's view of the array; the picture is null where that is unavailable, and `trouble` says why. */
export interface LookedAtLab extends Pick<InspectedLab, 'state' | 'condition'> {
  readonly picture: ArrayPicture | null;
  readonly trouble: string | null;
}

/** Gives the state of a lab with the damage not known to be fixed; the guest is asked only if there is some. */
export async function readSettledState(ctx: Context, place: LabPlace, raidlabVersion: string): Promise<LabState> {
  const state = await readLabState(place);
  return state.disks.every(({ damage }) => damage.length === 0) ? state : (await lookAtLab(ctx, place, raidlabVersion)).state;
}

/** Looks at a lab and, when it is on, at its array. A guest that does not answer is reported, but is not a failure. */
export async function lookAtLab(ctx: Context, place: LabPlace, raidlabVersion: string): Promise<LookedAtLab> {
  const { state, condition, found } = await inspectLab(place);
  if (condition.is !== 'on' || found.is === 'none') {
    const disks = await settleDisks(place, state, undefined);
    return { state: { ...state, disks }, condition, picture: null, trouble: null };
  }
  try {
    const { socketHostPath } = found.keeper;
    const { picture = null } = await askKeeper(ctx, { place, socketHostPath, raidlabVersion }, { op: 'look' });
    // The keeper has settled what it saw.
    return { state: await readLabState(place), condition, picture, trouble: null };
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (!(error instanceof RaidlabError)) throw error;
    return { state, condition, picture: null, trouble: error.message };
  }
}
