import type { SuperBlock } from '../btrfs/dump-super.ts';
import type { FoundEntry } from '../payload/find.ts';
import type { Check } from '../verdict/verdict.ts';

/** The content of one half of an array, mounted by itself and read-only. */
export interface HalfSeen {
  /** The serials of its disks, in words. */
  readonly name: string;
  readonly superBlocks: readonly SuperBlock[];
  readonly found: readonly FoundEntry[];
}

/**
 * Judges whether two halves of an array were provably written apart from each other: each has something that the other lacks, or has
 * differently. A half that is only behind has nothing of its own. Generations are shown but prove nothing: they count transactions, and
 * two histories may have equally many.
 */
export function judgeSplitRecognised(first: HalfSeen, second: HalfSeen): Check {
  const ofFirst = heldOnlyBy(first.found, second.found);
  const ofSecond = heldOnlyBy(second.found, first.found);
  return {
    name: 'split-recognised',
    claim: 'Before both halves are mounted together it is known that each was written without the other',
    outcome: ofFirst.length > 0 && ofSecond.length > 0 ? 'held' : 'broken',
    evidence: [
      ...[...first.superBlocks, ...second.superBlocks].map(
        ({ guestDevice, devid, generation }) => `${guestDevice}: devid ${String(devid)}, generation ${String(generation)}`,
      ),
      describeHeld(first.name, ofFirst),
      describeHeld(second.name, ofSecond),
    ],
  };
}

/** The paths that the other half lacks, or has with another size, time or kind. Directories differ only through their content. */
function heldOnlyBy(found: readonly FoundEntry[], other: readonly FoundEntry[]): readonly string[] {
  const facts = ({ kind, path, sizeBytes, mtime }: FoundEntry): string =>
    kind === 'directory' ? `${kind} ${path}` : `${kind} ${path} ${String(sizeBytes)} ${mtime}`;
  const known = new Set(other.map(facts));
  return found.filter((entry) => !known.has(facts(entry))).map(({ path }) => path);
}

/** How many names are shown as examples. */
const examples = 3;

function describeHeld(name: string, paths: readonly string[]): string {
  if (paths.length === 0) return `${name} holds nothing of its own`;
  const more = paths.length > examples ? ', …' : '';
  return `only ${name} holds these as they are: ${String(paths.length)} name${paths.length === 1 ? '' : 's'}, ${paths.slice(0, examples).join(', ')}${more}`;
}
