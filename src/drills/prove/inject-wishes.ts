import { describeFaultWish } from '../../core/fault/fault-wish.ts';
import type { FaultWish } from '../../core/fault/fault-wish.ts';
import { drawBlocks } from '../../core/fault/fault-blocks.ts';
import type { ByteRange, Fault } from '../../core/fault/fault.ts';
import { rangesOn } from '../../storage/locate-files.ts';
import type { DrillRun } from '../drill-run.ts';
import type { Step } from '../drill.ts';
import { locatePayload } from '../steps/files-on-array.ts';
import { recordsAtWork } from '../steps/live-writer.ts';
import { recordsWithoutDisk } from '../steps/lose-disk-steps.ts';
import { act } from '../steps/plan-line.ts';

/** Gives the step that does to the disks what was asked for, in that order, while the live writer writes. */
export function injectWishes(faults: readonly FaultWish[]): Step {
  return {
    name: 'inject-faults',
    title: faults.length === 1 ? 'A disk fails' : 'Disks fail',
    phase: 'fault',
    skippable: false,
    plan: () => faults.map((fault) => act(describeFaultWish(fault))),
    run: async (run) => {
      await run.waitForJournal(recordsAtWork);
      // Where files lie can only be asked of an array that has all its members.
      const injections: (() => Promise<void>)[] = [];
      for (const wish of faults) injections.push(await planInjection(run, wish));
      for (const inject of injections) await inject();
      if (faults.some(({ kind }) => kind === 'disk-pull')) await run.waitForJournal(recordsWithoutDisk);
    },
  };
}

async function planInjection(run: DrillRun, wish: FaultWish): Promise<() => Promise<void>> {
  const fault = await faultOf(run, wish);
  return fault === null ? async () => run.pullDisk(wish.disk) : async () => run.injectFault(fault);
}

/** Null for a disk that is pulled: that is an act of the drill's own. */
async function faultOf(run: DrillRun, { kind, disk, amount }: FaultWish): Promise<Fault | null> {
  switch (kind) {
    case 'disk-pull':
      return null;
    case 'read-errors':
    case 'silent-corruption':
      return { kind, disk, at: await blocksOfFiles(run, disk, amount) };
    case 'write-errors':
    case 'all-errors':
      return { kind, disk };
    case 'slow-disk':
      return { kind, disk, requestsPerSecond: amount };
    case 'header-wipe':
      return { kind, disk, lengthBytes: amount * 1024 ** 2 };
  }
}

async function blocksOfFiles(run: DrillRun, disk: string, count: number): Promise<readonly ByteRange[]> {
  const devid = run.members.find(({ container }) => container.serial === disk)?.devid;
  if (devid === undefined) throw new Error(`${disk} is no member`);
  const within = [...(await locatePayload(run)).values()].flatMap((pieces) => rangesOn(pieces, devid));
  return drawBlocks({ within, count, seed: `${run.seed} ${disk}` });
}
