import type { InitramfsMaker } from '../../core/boot/initramfs-maker.ts';
import type { EventBody } from '../../core/event.ts';
import type { Shard } from '../../core/campaign/shard.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { isGlob } from '../../core/text/glob.ts';
import { checkLayout } from '../../core/layout/layout-mistakes.ts';
import { checkPayloadFits } from '../../core/layout/usable-space.ts';
import { drillFor } from '../../drills/drill-for.ts';
import type { Drill } from '../../drills/drill.ts';
import type { DrillRequest } from '../../drills/drill-request.ts';
import type { TwinDrill } from '../../drills/twin.ts';
import { resolveLayout } from './layout-options.ts';
import type { LayoutOptions } from './layout-options.ts';
import { isDrillFile, loadTypedDrill } from './typed-drill.ts';

/** A drill with what differs from its defaults. */
export type ChosenDrill = Pick<
  DrillRequest,
  'drill' | 'layout' | 'layoutAsked' | 'payloadBytes' | 'skippedSteps' | 'expectation' | 'lostMember'
> & {
  /** What it is called in the run; the name of the drill by default. */
  readonly label?: string;
  /** Hears every event of it. */
  readonly listen?: (event: EventBody) => void;
};

/** What a command line says about which drills to run. */
interface DrillWishes extends LayoutOptions {
  readonly names: readonly string[];
  readonly all: boolean;
  readonly tags: readonly string[];
  readonly twin: boolean;
  readonly withTwin: boolean;
  readonly repeat: number;
  readonly skipSteps: readonly string[];
  readonly payload: number | undefined;
  readonly keep: boolean;
  readonly seed: string | undefined;
  readonly shard: Shard | undefined;
  readonly initramfs?: InitramfsMaker | undefined;
}

/** Gives the drills that a command line names, in its order; throws a usage failure for what does not exist or contradicts itself. */
export async function chooseDrills(asked: DrillWishes, cwdHostPath: string): Promise<readonly ChosenDrill[]> {
  const { checkSkippedSteps } = await import('../../drills/registry.ts');
  const drills = (await selectAsked(asked, cwdHostPath)).map((drill) => drillFor(drill, asked.initramfs));
  // Drills have few steps in common, and the result of a drill without a step must be read by itself.
  if (asked.skipSteps.length > 0 && drills.length > 1) refuse(`--skip-step works with a single drill; ${String(drills.length)} are named.`);
  if (asked.twin && asked.skipSteps.length > 0) refuse('--twin decides itself what is left out: it does not go together with --skip-step.');
  if (asked.withTwin && (asked.twin || asked.skipSteps.length > 0)) {
    refuse(`--with-twin runs each drill and its twin: it does not go together with ${asked.twin ? '--twin' : '--skip-step'}.`);
  }
  if (asked.keep && (drills.length * asked.repeat > 1 || asked.withTwin))
    refuse('--keep leaves one machine running: it works with a single drill, once.');
  if (asked.shard !== undefined && asked.seed === 'random')
    refuse('Every shard would draw a seed of its own: give --shard a --seed, or neither.');
  const variants = await variantsOf(asked, drills);
  const wished = await resolveLayout(asked, cwdHostPath);
  return variants.map((variant) => {
    const { drill } = variant;
    const layout = wished?.over(drill.layout) ?? drill.layout;
    const payloadBytes = asked.payload ?? drill.payloadBytes;
    checkSkippedSteps(drill, asked.skipSteps);
    checkLayout(layout);
    checkPayloadFits(layout, payloadBytes);
    return { ...variant, layout, payloadBytes, ...(wished?.named === undefined ? {} : { layoutAsked: wished.named }) };
  });
}

async function selectAsked(asked: DrillWishes, cwdHostPath: string): Promise<readonly Drill[]> {
  const { defaultDrill, promisingDrills, selectTagged } = await import('../../drills/registry.ts');
  if (asked.all && asked.names.length > 0) refuse('--all names every drill: it does not go together with names.');
  const chosen =
    asked.all || (asked.names.length === 0 && asked.tags.length > 0) ? promisingDrills() : await selectNamed(asked.names, cwdHostPath);
  if (asked.tags.length > 0) return selectTagged(chosen, asked.tags);
  return asked.names.length === 0 && !asked.all ? [defaultDrill] : chosen;
}

/** Gives the drills that names, globs and files name, in the order typed; a glob names no drill twice. Rejects with a usage failure for what there is not. */
export async function selectNamed(words: readonly string[], cwdHostPath: string): Promise<readonly Drill[]> {
  const { selectDrills } = await import('../../drills/registry.ts');
  const selected: Drill[] = [];
  for (const word of words) {
    const named = isDrillFile(word) ? [await loadTypedDrill(word, cwdHostPath)] : selectDrills([word]);
    selected.push(...(isGlob(word) && !isDrillFile(word) ? named.filter((drill) => !selected.includes(drill)) : named));
  }
  return selected;
}

/** The drills as they are, their twins instead, or each with its twin behind it. */
async function variantsOf(
  { twin, withTwin, skipSteps }: DrillWishes,
  drills: readonly Drill[],
): Promise<readonly Pick<ChosenDrill, 'drill' | 'skippedSteps' | 'expectation'>[]> {
  const plain = drills.map((drill) => ({ drill, skippedSteps: skipSteps }));
  if (!twin && !withTwin) return plain;
  const twins = await twinsOf(drills);
  return twin ? twins : plain.flatMap((each, index) => [each, ...twins.slice(index, index + 1)]);
}

async function twinsOf(drills: readonly Drill[]): Promise<readonly TwinDrill[]> {
  const { twinOf } = await import('../../drills/twin.ts');
  return drills.map((drill) => {
    if (drill.twin === null) refuse(`${drill.name} is a demonstration: it has no twin.`);
    return twinOf(drill, drill.twin);
  });
}

function refuse(message: string): never {
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message, command: 'raidlab drill' });
}
