import { satisfies } from '../../image/version-range.ts';
import type { FactOf } from '../facts.ts';
import type { AuditFinding } from './finding.ts';

/** What is known of some versions: from the drills. */
export interface KnownTrouble {
  /** The drill that shows it. */
  readonly drill: string;
  /** Versions of the kernel and of btrfs-progs, as ranges. */
  readonly kernel?: string;
  readonly tools?: string;
  /** The profile of the chunks that it is about; any without. */
  readonly profile?: string;
  /** What it is about, a sentence. */
  readonly because: string;
  readonly source: string;
}

/** Finds what is known of the host's kernel and btrfs-progs, for the profiles that its arrays have. */
export function findKnownTrouble(
  host: FactOf<'host'> | undefined,
  profiles: readonly string[],
  known: readonly KnownTrouble[],
): readonly AuditFinding[] {
  const { kernel, btrfsProgs } = host ?? {};
  const told = new Set<string>();
  return known.flatMap((trouble) => {
    const applies =
      isWithin(kernel, trouble.kernel) &&
      isWithin(btrfsProgs, trouble.tools) &&
      (trouble.profile === undefined || profiles.includes(trouble.profile));
    if (!applies || (trouble.kernel === undefined && trouble.tools === undefined) || told.has(trouble.because)) return [];
    told.add(trouble.because);
    return [
      {
        name: 'known-trouble',
        severity: 'care' as const,
        array: '',
        what: `Something is known of ${trouble.kernel === undefined ? `btrfs-progs ${btrfsProgs ?? ''}` : `Linux ${kernel ?? ''}`}.`,
        evidence: [trouble.because, `source: ${trouble.source}`],
        why: 'It shows when a disk dies, not before.',
        type: [`raidlab drills show ${trouble.drill}`],
      },
    ];
  });
}

function isWithin(version: string | undefined, range: string | undefined): boolean {
  return range === undefined || (version !== undefined && satisfies(version, range));
}
