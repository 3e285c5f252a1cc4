import type { InitramfsMaker } from '../../../core/boot/initramfs-maker.ts';
import { RaidlabError } from '../../../core/failure/failure.ts';
import type { Mirrors } from '../../../core/image/mirrors.ts';
import { requireSuite } from '../packages/suite.ts';
import type { Suite } from '../packages/suite.ts';

/** A wanted installed system. */
export interface SystemChoice {
  readonly suite: Suite;
  readonly initramfsMaker: InitramfsMaker;
}

/** The suites that installed systems were tried with, oldest first. */
export const installedSuites: readonly string[] = ['bookworm', 'trixie'];

/** Gives the installed system of a suite. Throws `image/unknown-suite` for one that none was tried with. */
export function requireInstalledSuite(name: string, mirrors: Mirrors): Suite {
  if (installedSuites.includes(name)) return requireSuite(name, mirrors);
  throw new RaidlabError({ area: 'image', reason: 'unknown-suite', suite: name, known: installedSuites });
}
