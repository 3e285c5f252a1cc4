import { RaidlabError } from '../core/failure/failure.ts';
import { isGlob, matchesGlob } from '../core/text/glob.ts';
import type { Drill } from './drill.ts';
import { bootAfterDeviceAdd } from './catalogue/boot/boot-after-device-add.ts';
import { bootAfterReplacement } from './catalogue/boot/boot-after-replacement.ts';
import { bootLateDisk } from './catalogue/boot/boot-late-disk.ts';
import { bootReplacedDiskReturns } from './catalogue/boot/boot-replaced-disk-returns.ts';
import { bootPowerCutInReplace } from './catalogue/boot/boot-power-cut-in-replace.ts';
import { bootRootAfterReplacement } from './catalogue/boot/boot-root-after-replacement.ts';
import { bootRootWithoutDiskDracut } from './catalogue/boot/boot-root-without-disk-dracut.ts';
import { bootRootWithoutDisk } from './catalogue/boot/boot-root-without-disk.ts';
import { bootWithoutDisk } from './catalogue/boot/boot-without-disk.ts';
import { crashDuringReplace } from './catalogue/crash-during-replace.ts';
import { crashDuringReplaceTargetGone } from './catalogue/crash-during-replace-target-gone.ts';
import { fullArray } from './catalogue/full-array.ts';
import { tinyDisks } from './catalogue/tiny-disks.ts';
import { kernelCrash } from './catalogue/kernel-crash.ts';
import { convertWithDeadDisk } from './catalogue/convert-with-dead-disk.ts';
import { incompleteConversion } from './catalogue/incomplete-conversion.ts';
import { onceOnlyRw } from './catalogue/once-only-rw.ts';
import { secondDiskFails } from './catalogue/second-disk-fails.ts';
import { secondDiskFailsSalvage } from './catalogue/second-disk-fails-salvage.ts';
import { replacePulledDiskOnline } from './catalogue/replace-pulled-disk-online.ts';
import { destroyedLuksHeader } from './catalogue/destroyed-luks-header.ts';
import { lostLuksKey } from './catalogue/lost-luks-key.ts';
import { smallerReplacement } from './catalogue/smaller-replacement.ts';
import { largerReplacement } from './catalogue/larger-replacement.ts';
import { replaceMissingDisk } from './catalogue/replace-missing-disk.ts';
import { replacedDiskReturns } from './catalogue/replaced-disk-returns.ts';
import { splitBrain } from './catalogue/split-brain.ts';
import { staleDiskReturns } from './catalogue/stale-disk-returns.ts';
import { staleNodatacowFiles } from './catalogue/stale-nodatacow-files.ts';
import { silentCorruption } from './catalogue/silent-corruption.ts';
import { readErrorsOnSource } from './catalogue/read-errors-on-source.ts';
import { slowDisk } from './catalogue/slow-disk.ts';
import { latentBadBlock } from './catalogue/latent-bad-block.ts';

/** All drills; the first is the default. */
export const drills: readonly Drill[] = [
  replaceMissingDisk,
  replacePulledDiskOnline,
  replacedDiskReturns,
  splitBrain,
  staleDiskReturns,
  staleNodatacowFiles,
  silentCorruption,
  latentBadBlock,
  crashDuringReplace,
  crashDuringReplaceTargetGone,
  destroyedLuksHeader,
  lostLuksKey,
  smallerReplacement,
  largerReplacement,
  readErrorsOnSource,
  secondDiskFails,
  secondDiskFailsSalvage,
  fullArray,
  tinyDisks,
  slowDisk,
  convertWithDeadDisk,
  onceOnlyRw,
  incompleteConversion,
  bootWithoutDisk,
  bootLateDisk,
  bootAfterReplacement,
  bootReplacedDiskReturns,
  bootRootWithoutDisk,
  bootRootWithoutDiskDracut,
  bootRootAfterReplacement,
  bootAfterDeviceAdd,
  bootPowerCutInReplace,
  kernelCrash,
];

/** The drill that `raidlab drill` runs when none is named. */
export const defaultDrill: Drill = replaceMissingDisk;

/** Finds a drill by name; throws `unknown-drill`. */
export function findDrill(name: string): Drill {
  const found = drills.find((drill) => drill.name === name);
  if (found !== undefined) return found;
  throw new RaidlabError({ area: 'usage', reason: 'unknown-drill', drill: name, known: drills.map((drill) => drill.name) });
}

/**
 * Gives the drills that words name, in order: a name is that drill, as often as it is given; a glob is the drills that match and are not
 * listed yet, in the order of the registry. Throws `unknown-drill` for a word that names none.
 */
export function selectDrills(words: readonly string[]): readonly Drill[] {
  const selected: Drill[] = [];
  for (const word of words) {
    const matches = isGlob(word) ? drills.filter((drill) => matchesGlob(word, drill.name)) : [findDrill(word)];
    // Throws: no drill has a glob as its name.
    if (matches.length === 0) findDrill(word);
    selected.push(...(isGlob(word) ? matches.filter((drill) => !selected.includes(drill)) : matches));
  }
  return selected;
}

/** Gives the drills with any of the tags; throws `unknown-tag` for one that no drill has. */
export function selectTagged(from: readonly Drill[], tags: readonly string[]): readonly Drill[] {
  for (const tag of tags) requireTag(tag);
  return from.filter((drill) => drill.tags.some((tag) => tags.includes(tag)));
}

/** All tags of drills, sorted. */
export const drillTags: readonly string[] = [...new Set(drills.flatMap((drill) => drill.tags))].sort();

function requireTag(tag: string): void {
  if (!drillTags.includes(tag)) throw new RaidlabError({ area: 'usage', reason: 'unknown-tag', tag, known: drillTags });
}

/** Gives all drills with a promise: all except demonstrations. */
export function promisingDrills(): readonly Drill[] {
  return drills.filter((drill) => drill.twin !== null);
}

/** Checks the names given to `--skip-step`; throws `unknown-step` or `required-step`. */
export function checkSkippedSteps(drill: Drill, skippedSteps: readonly string[]): void {
  const known = drill.steps.map((step) => step.name);
  for (const name of skippedSteps) {
    const step = drill.steps.find((candidate) => candidate.name === name);
    if (step === undefined) throw new RaidlabError({ area: 'usage', reason: 'unknown-step', drill: drill.name, step: name, known });
    if (!step.skippable) {
      const skippable = drill.steps.filter((candidate) => candidate.skippable).map((candidate) => candidate.name);
      throw new RaidlabError({ area: 'usage', reason: 'required-step', drill: drill.name, step: name, skippable });
    }
  }
}
