import { isSameSeries, nearestKernel } from '../../core/image/nearest-kernel.ts';
import { createContext } from '../../machine/context.ts';
import { defaultSuite, suites } from '../../machine/image/packages/suite.ts';
import type { Cli } from '../cli.ts';

/** The kernel that a rehearsal runs on, and how it differs from the array's; null where it does not, or nothing is known. */
export interface KernelLike {
  readonly kernel: string;
  readonly differs: string | null;
}

/** Chooses the kernel nearest to a host's: of those in the cache and of the releases, which can be had without looking at any list. */
export async function chooseKernelLike(cli: Cli, hostKernel: string | undefined): Promise<KernelLike> {
  if (hostKernel === undefined) return { kernel: defaultSuite, differs: null };
  const { listKernels } = await import('../../machine/image/kernel/list-kernels.ts');
  const cached = await listKernels(createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor }), cli.store);
  const nearest = nearestKernel(hostKernel, [
    // A directory or packages are somebody's own kernel: they are named, never chosen.
    ...cached.flatMap(({ kernel, upstreamVersion }) => (/[/,]|\.deb$/u.test(kernel) ? [] : [{ kernel, version: upstreamVersion }])),
    ...suites.flatMap(({ name, kernelSeries }) => (kernelSeries === undefined ? [] : [{ kernel: name, version: kernelSeries }])),
  ]);
  if (nearest === undefined) return { kernel: defaultSuite, differs: null };
  const { kernel, version } = nearest;
  if (isSameSeries(version, hostKernel)) return { kernel, differs: null };
  const remedy = `\`--kernel ${hostKernel.split('.').slice(0, 2).join('.')}\` asks for that one, \`raidlab kernels ls --available\` lists what there is`;
  return { kernel, differs: `It runs Linux ${hostKernel}; the rehearsal Linux ${version} (${kernel}), the nearest. ${remedy}.` };
}
