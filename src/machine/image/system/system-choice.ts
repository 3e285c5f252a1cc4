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

/**
 * Says why no installed system has this kernel with these tools, both as a command line names them: completes "an installed system …".
 * Null when one has them.
 */
export function whyNotInstalled(kernel: string, tools: string): string | null {
  if (!installedSuites.includes(kernel)) return `has its own kernel, that of ${installedSuites.join(' or ')}, not ${kernel}`;
  return kernel === tools ? null : `has the kernel and the tools of one suite, not the kernel of ${kernel} and the tools of ${tools}`;
}
