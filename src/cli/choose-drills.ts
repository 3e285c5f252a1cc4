import { RaidlabError } from '../core/failure.ts';
import { checkLayout, checkPayloadFits } from '../core/layout.ts';
import type { ArrayLayout } from '../core/layout.ts';
import type { Drill } from '../drills/drill.ts';
import type { DrillCommand } from './drill.ts';

/** A drill with what is different from its defaults. */
export interface ChosenDrill {
  readonly drill: Drill;
  readonly layout: ArrayLayout;
  readonly payloadBytes: number;
}

/** Gives the drills that a command line names, in its order; throws a usage failure for what does not exist or does not go together. */
export async function chooseDrills(asked: DrillCommand): Promise<readonly ChosenDrill[]> {
  const { checkSkippedSteps, defaultDrill, promisingDrills, selectDrills } = await import('../drills/registry.ts');
  if (asked.all && asked.names.length > 0) refuse('--all names every drill: it does not go together with names.');
  const drills = asked.all ? promisingDrills() : asked.names.length === 0 ? [defaultDrill] : selectDrills(asked.names);
  // Two drills have few steps in common, and a drill without a step must be read on its own.
  if (asked.skipSteps.length > 0 && drills.length > 1) refuse(`--skip-step works with a single drill; ${String(drills.length)} are named.`);
  if (asked.keep && drills.length * asked.repeat > 1) refuse('--keep leaves one machine running: it works with a single drill, once.');
  return drills.map((drill) => {
    const layout = layoutOf(drill, asked);
    const payloadBytes = asked.payload ?? drill.payloadBytes;
    checkSkippedSteps(drill, asked.skipSteps);
    checkLayout(layout);
    checkPayloadFits(layout, payloadBytes);
    return { drill, layout, payloadBytes };
  });
}

function layoutOf(drill: Drill, asked: DrillCommand): ArrayLayout {
  return {
    ...drill.layout,
    ...(asked.disks === undefined ? {} : { members: asked.disks }),
    ...(asked.diskSize === undefined ? {} : { diskSizeBytes: asked.diskSize }),
    ...(asked.profile === undefined ? {} : { profile: asked.profile }),
    ...(asked.kdf === undefined ? {} : { kdf: asked.kdf }),
  };
}

function refuse(message: string): never {
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message, command: 'raidlab drill' });
}
