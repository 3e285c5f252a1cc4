import type { FactOf } from '../../core/facts/facts.ts';
import { isSameSeries, nearestVersion } from '../../core/image/nearest-version.ts';
import { createContext } from '../../machine/context.ts';
import { defaultSuite, suites } from '../../machine/image/packages/suite.ts';
import { toolsLike } from '../../machine/image/tools/tools-for-kernel.ts';
import type { Cli } from '../cli.ts';

/** The kernel and the tools that a rehearsal runs on, and how they differ from the array's, a sentence each. */
export interface PartsLike {
  readonly kernel: string;
  /** Undefined: what is usual with the kernel. */
  readonly tools: string | undefined;
  readonly differs: readonly string[];
}

/** Chooses what is nearest to a host's kernel and btrfs-progs: of the kernels in the cache and the releases, which can be had without looking at any list. */
export async function choosePartsLike(cli: Cli, host: FactOf<'host'> | undefined): Promise<PartsLike> {
  if (host?.kernel === undefined) {
    return {
      kernel: defaultSuite,
      tools: undefined,
      differs: ['Which kernel it runs could not be seen; the rehearsal runs the usual one.'],
    };
  }
  const { listKernels } = await import('../../machine/image/kernel/list-kernels.ts');
  const cached = await listKernels(createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor }), cli.store);
  const nearest = nearestVersion(host.kernel, [
    // A directory or packages are somebody's own kernel: they are named, never chosen.
    ...cached.flatMap(({ kernel, upstreamVersion }) => (/[/,]|\.deb$/u.test(kernel) ? [] : [{ kernel, version: upstreamVersion }])),
    ...suites.flatMap(({ name, kernelSeries }) => (kernelSeries === undefined ? [] : [{ kernel: name, version: kernelSeries }])),
  ]);
  if (nearest === undefined) return { kernel: defaultSuite, tools: undefined, differs: [] };
  const { kernel, version } = nearest;
  const tools = host.btrfsProgs === undefined ? undefined : toolsLike(host.btrfsProgs, version);
  return { kernel, tools, differs: isSameSeries(version, host.kernel) ? [] : [otherKernel(host.kernel, nearest)] };
}

function otherKernel(hostKernel: string, { kernel, version }: { readonly kernel: string; readonly version: string }): string {
  const series = hostKernel.split('.').slice(0, 2).join('.');
  return `It runs Linux ${hostKernel}; the rehearsal Linux ${version} (${kernel}), the nearest. "--kernel ${series}" asks for that one, "raidlab kernels ls --available" lists what there is.`;
}
