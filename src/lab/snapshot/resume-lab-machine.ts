import { join } from 'node:path';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { Context } from '../../machine/context.ts';
import type { SavedState } from '../../machine/start/saved-machine.ts';
import { forkMachine } from '../../machine/start/start-machine.ts';
import { machineFileName } from './snapshot-files.ts';
import type { Snapshot } from './snapshots.ts';
import { planLabMachine } from '../machine/start-lab-machine.ts';
import type { LabStart, StartedLab } from '../machine/start-lab-machine.ts';

/**
 * Resumes a lab's machine where a snapshot saved it; the lab's disks are already the snapshot's. It gets the time and new random numbers,
 * as forks do, and is otherwise unchanged. Rejects as `forkMachine` does.
 */
export async function resumeLabMachine(ctx: Context, start: Omit<LabStart, 'provision'>, snapshot: Snapshot): Promise<StartedLab> {
  const bays = [...(snapshot.record.machine?.bays ?? [])].sort((one, other) => one.bay - other.bay);
  const bayOf = new Map(bays.map(({ serial, bay }) => [serial, bay]));
  const spec = planLabMachine(start);
  const saved: SavedState = {
    stateHostPath: join(snapshot.hostPath, machineFileName),
    serials: bays.map(({ serial }) => serial),
    root: 'same',
  };
  const disks = spec.disks.map((disk) => {
    const bay = bayOf.get(disk.serial);
    return bay === undefined ? disk : { ...disk, bay };
  });
  return { machine: await forkMachine(ctx, { ...spec, disks }, saved), changes: {} };
}

/** Gives the failure when a machine could not resume from a complete snapshot: QEMU did not accept it. */
export function restoreFailure(error: unknown, { name }: Snapshot): unknown {
  if (!(error instanceof RaidlabError) || error.failure.reason !== 'state-not-moved') return error;
  const why = `QEMU could not load its machine (${error.failure.said})`;
  return new RaidlabError({ area: 'lab', reason: 'snapshot-differs', snapshot: name, why }, { cause: error });
}
