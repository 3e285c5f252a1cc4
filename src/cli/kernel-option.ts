import { resolve } from 'node:path';
import { formatKernelChoice, parseKernelChoice, resolveKernelChoice } from '../core/kernel-choice.ts';
import { suiteNames } from '../machine/image/suite.ts';
import type { Cli } from './cli.ts';
import { knownWord } from './value-parsers.ts';

const suiteWords = async () => Promise.resolve(suiteNames().map((word) => ({ word })));

/** Reads what `--kernel` names; the shell completes suites. */
export const kernelName = knownWord('KERNEL', suiteWords, { type: 'any', extensions: ['.deb'] });

/** Reads what `--tools` names. */
export const toolsName = knownWord('SUITE', suiteWords);

/**
 * Gives what was typed for a kernel with its paths made absolute, after a look at the files that it names.
 * Rejects with `image/unknown-kernel` or `image/unusable-kernel-files`.
 */
export async function resolveKernel(cli: Cli, typed: string): Promise<string> {
  const kernel = absoluteKernel(cli, typed);
  // It brings all that builds images with it.
  const { checkKernelFiles } = await import('../machine/image/kernel-sources.ts');
  await checkKernelFiles(parseKernelChoice(kernel, suiteNames(cli.mirrors)));
  return kernel;
}

/** Gives what was typed for a kernel with its paths made absolute. Throws `image/unknown-kernel`. */
export function absoluteKernel(cli: Cli, typed: string): string {
  const choice = parseKernelChoice(typed, suiteNames(cli.mirrors));
  return formatKernelChoice(resolveKernelChoice(choice, (hostPath) => resolve(cli.cwdHostPath, hostPath)));
}
