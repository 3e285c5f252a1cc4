import type { FaultWish } from '../fault/fault-wish.ts';
import { findLayoutMistakes } from '../layout/layout-mistakes.ts';
import type { ArrayLayout } from '../layout/layout.ts';

/** The circumstances in which a script is proved. */
export interface ProofCase {
  /** Kebab-case, unique among those of a script; `as-asked` is the one that a person named. */
  readonly name: string;
  /** What is otherwise than in the one that was asked for; completes "repairs the array". */
  readonly when: string;
  readonly layout: ArrayLayout;
  readonly faults: readonly FaultWish[];
  /** Whether the machine comes back with its disks the other way round, and so with other letters. */
  readonly isReordered: boolean;
  /** Whether the array is full when the fault comes. */
  readonly isFull: boolean;
  /** Whether the machine is restarted between the faults and the script. */
  readonly isRestarted: boolean;
}

/** A smaller spare lacks this much of the largest member, bytes: less than two of the same name from two makers may differ. */
const lackingBytes = 64 * 1024 ** 2;

/**
 * Gives the cases in which scripts break, the one that was asked for first: disks in another order, another member lost, a spare that is
 * smaller or larger, a full array. Each differs in one thing. A case that the layout does not have is left out.
 */
export function permuteCase(asked: ProofCase): readonly ProofCase[] {
  const { layout, faults } = asked;
  const largestBytes = Math.max(...layout.memberSizesBytes);
  const disks = new Set(faults.map(({ disk }) => disk));
  const members = layout.memberSizesBytes.map((_, index) => `DISK${String(index + 1)}`);
  const other = members.findLast((serial) => !disks.has(serial));
  const withSpare = (sizeBytes: number): ArrayLayout => ({ ...layout, spareSizesBytes: layout.spareSizesBytes.map(() => sizeBytes) });
  const hasSpare = layout.spareSizesBytes.length > 0;
  const [only] = disks;
  const cases: readonly (ProofCase | false)[] = [
    asked,
    asked.isRestarted && { ...asked, name: 'other-order', when: 'when its disks come back in another order', isReordered: true },
    disks.size === 1 &&
      other !== undefined &&
      only !== undefined && {
        ...asked,
        name: `lose-${other.toLowerCase()}`,
        when: `when it is ${other} instead of ${only}`,
        faults: faults.map((fault) => ({ ...fault, disk: other })),
      },
    hasSpare && {
      ...asked,
      name: 'smaller-spare',
      when: 'when the spare is slightly smaller than the largest member',
      layout: withSpare(largestBytes - lackingBytes),
    },
    hasSpare && {
      ...asked,
      name: 'larger-spare',
      when: 'when the spare is twice as large as the largest member',
      layout: withSpare(2 * largestBytes),
    },
    { ...asked, name: 'full-array', when: 'when the array is nearly full', isFull: true },
  ];
  return cases.filter((each) => each !== false).filter((each) => each === asked || findLayoutMistakes(each.layout).length === 0);
}
