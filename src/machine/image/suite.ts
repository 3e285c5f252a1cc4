import { nearestWord } from '../../core/nearest-word.ts';
import { RaidlabError } from '../../core/failure.ts';

/** A Debian suite that kernels and tools can be taken from. */
export interface Suite {
  /** As the person types it: `trixie`, `trixie-backports`. */
  readonly name: string;
  /** The suite that is installed; for backports the one they are for. */
  readonly base: string;
  /** Whether packages come from `<base>-backports` where it has them. */
  readonly backports: boolean;
  /** Whether packages come from `<base>-security` too; sid has no security archive of its own. */
  readonly security: boolean;
  /** Whether util-linux is split: hwclock, fsfreeze and others moved to util-linux-extra in bookworm. */
  readonly utilLinuxExtra: boolean;
}

/** The suites, oldest first. Source: the releases of Debian, https://wiki.debian.org/DebianReleases. */
export const suites: readonly Suite[] = [
  // Its support ended in August 2026: the security archive's index names packages that are no longer there.
  { name: 'bullseye', base: 'bullseye', backports: false, security: false, utilLinuxExtra: false },
  { name: 'bookworm', base: 'bookworm', backports: false, security: true, utilLinuxExtra: true },
  { name: 'bookworm-backports', base: 'bookworm', backports: true, security: true, utilLinuxExtra: true },
  { name: 'trixie', base: 'trixie', backports: false, security: true, utilLinuxExtra: true },
  { name: 'trixie-backports', base: 'trixie', backports: true, security: true, utilLinuxExtra: true },
  { name: 'sid', base: 'sid', backports: false, security: false, utilLinuxExtra: true },
];

/** The names of the suites, oldest first. */
export const suiteNames: readonly string[] = suites.map((suite) => suite.name);

/** The suite when nobody says otherwise. */
export const defaultSuite = 'trixie';

/** Gives the suite called so. Throws `image/unknown-suite`, with the name that was probably meant. */
export function requireSuite(name: string): Suite {
  const suite = suites.find((known) => known.name === name);
  if (suite !== undefined) return suite;
  const nearest = nearestWord(name, suiteNames);
  throw new RaidlabError({
    area: 'image',
    reason: 'unknown-suite',
    suite: name,
    known: suiteNames,
    ...(nearest === undefined ? {} : { nearest }),
  });
}
