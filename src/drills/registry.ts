import { RaidlabError } from '../core/failure.ts';
import { nearestWord } from '../core/nearest-word.ts';
import type { Drill } from './drill.ts';
import { kernelCrash } from './kernel-crash.ts';
import { replaceMissingDisk } from './replace-missing-disk.ts';

/** Every drill there is; the first is the default. */
export const drills: readonly Drill[] = [replaceMissingDisk, kernelCrash];

/** The drill that `raidlab drill` runs when none is named. */
export const defaultDrill: Drill = replaceMissingDisk;

/** Finds a drill by name; throws `unknown-drill` with the nearest name there is. */
export function findDrill(name: string): Drill {
  const found = drills.find((drill) => drill.name === name);
  if (found !== undefined) return found;
  const known = drills.map((drill) => drill.name);
  const nearest = nearestWord(name, known);
  throw new RaidlabError({ area: 'usage', reason: 'unknown-drill', drill: name, known, ...(nearest === undefined ? {} : { nearest }) });
}

/** Checks the names given to `--skip-step`; throws `unknown-step` or `required-step`. */
export function checkSkippedSteps(drill: Drill, skippedSteps: readonly string[]): void {
  const known = drill.steps.map((step) => step.name);
  for (const name of skippedSteps) {
    const step = drill.steps.find((candidate) => candidate.name === name);
    if (step === undefined) {
      const nearest = nearestWord(name, known);
      throw new RaidlabError({
        area: 'usage',
        reason: 'unknown-step',
        drill: drill.name,
        step: name,
        known,
        ...(nearest === undefined ? {} : { nearest }),
      });
    }
    if (!step.skippable) {
      const skippable = drill.steps.filter((candidate) => candidate.skippable).map((candidate) => candidate.name);
      throw new RaidlabError({ area: 'usage', reason: 'required-step', drill: drill.name, step: name, skippable });
    }
  }
}
