import { resolve } from 'node:path';
import { formatKernelChoice, parseKernelChoice, resolveKernelChoice } from '../../core/image/kernel-choice.ts';
import { fitLayout } from '../../core/layout/fit-layout.ts';
import type { ArrayLayout } from '../../core/layout/layout.ts';
import { createContext } from '../../machine/context.ts';
import type { ForeseenKernel } from '../../machine/image/kernel/foresee-kernel.ts';
import type { CachedKernel } from '../../machine/image/kernel/list-kernels.ts';
import { suiteNames } from '../../machine/image/packages/suite.ts';
import { foreseeMkfsParts, newestToolsFor } from '../../machine/image/tools/tools-for-kernel.ts';
import type { Cli } from '../cli.ts';
import { knownWord } from './value-parsers.ts';
import type { KnownWord } from './value-parsers.ts';

const suiteWords = async () => Promise.resolve(suiteNames().map((word) => ({ word })));

/** Gives the reader of what `--kernel` names; the shell completes suites, and the kernels in this cache. */
export const kernelName = (cli: Cli) =>
  knownWord(
    'KERNEL',
    async () => {
      const cached = await cachedKernelWords(cli);
      return [...(await suiteWords()).filter(({ word }) => !cached.some((each) => each.word === word)), ...cached];
    },
    { type: 'any', extensions: ['.deb'] },
  );

/** Gives the kernels in the cache as a shell completes them. */
export async function cachedKernelWords(cli: Cli): Promise<readonly KnownWord[]> {
  return (await cachedKernels(cli)).map(({ kernel, description }) => ({ word: kernel, description }));
}

/** Gives the kernels in the cache. */
export async function cachedKernels(cli: Cli): Promise<readonly CachedKernel[]> {
  const { listKernels } = await import('../../machine/image/kernel/list-kernels.ts');
  return listKernels(createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor }), cli.store);
}

/** Reads what `--tools` names. */
export const toolsName = knownWord('SUITE', suiteWords);

/**
 * Gives the typed kernel with absolute paths, after checking the files it names. Rejects with `image/unknown-kernel` or
 * `image/unusable-kernel-files`.
 */
export async function resolveKernel(cli: Cli, typed: string): Promise<string> {
  const kernel = absoluteKernel(cli, typed);
  // It imports everything that builds images.
  const { checkKernelFiles } = await import('../../machine/image/kernel/kernel-sources.ts');
  await checkKernelFiles(parseKernelChoice(kernel, suiteNames(cli.mirrors)));
  return kernel;
}

/** Gives what is known of a kernel before it is built, and the tools chosen for it by default. `kernel` is what {@link resolveKernel} gives. */
export async function foreseeParts(cli: Cli, kernel: string, tools: string | undefined): Promise<ForeseenParts> {
  const { foreseeKernel } = await import('../../machine/image/kernel/foresee-kernel.ts');
  const foreseen = await foreseeKernel(parseKernelChoice(kernel, suiteNames(cli.mirrors)));
  const suite = tools ?? newestToolsFor(foreseen.version);
  const mkfs = foreseeMkfsParts(foreseen, suite);
  return { kernel, tools: suite, foreseen, fit: (layout) => (mkfs === undefined ? layout : fitLayout(layout, mkfs)) };
}

/** A kernel with tools, before they are built. */
export interface ForeseenParts {
  readonly kernel: string;
  readonly tools: string;
  readonly foreseen: ForeseenKernel;
  /** Gives a layout as they could build it, as far as is known. */
  readonly fit: (layout: ArrayLayout) => ArrayLayout;
}

/** Gives the typed kernel with absolute paths. Throws `image/unknown-kernel`. */
export function absoluteKernel(cli: Cli, typed: string): string {
  const choice = parseKernelChoice(typed, suiteNames(cli.mirrors));
  return formatKernelChoice(resolveKernelChoice(choice, (hostPath) => resolve(cli.cwdHostPath, hostPath)));
}
