import { parseKernelChoice } from '../../core/image/kernel-choice.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import { suiteNames } from '../../machine/image/packages/suite.ts';
import type { Cli } from '../cli.ts';
import { isLayoutFile } from '../options/layout-file.ts';
import { isDrillFile } from '../options/typed-drill.ts';

/** What may be a file of this host. */
interface NamedParts {
  readonly drills: readonly string[];
  readonly kernels: readonly string[];
  readonly layouts: readonly string[];
}

/** Makes sure that a command line means the same on a node: no file of this host is there. Throws `usage/bad-arguments`. */
export function refuseFiles(cli: Cli, { drills, kernels, layouts }: NamedParts, command: string): void {
  const isKernelFile = (word: string): boolean => {
    const choice = parseKernelChoice(word, suiteNames(cli.mirrors));
    return 'packageHostPaths' in choice || 'directoryHostPath' in choice;
  };
  const file = drills.find(isDrillFile) ?? kernels.find(isKernelFile) ?? layouts.find(isLayoutFile);
  if (file === undefined) return;
  const message = `${file} is a file of this host, and nodes have no part of its disk: --on slurm takes drills, kernels and layouts by name.`;
  throw new RaidlabError({ area: 'usage', reason: 'bad-arguments', message, command });
}
