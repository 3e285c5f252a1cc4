import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureEntry } from '../cache/ensure-entry.ts';
import type { OpenStore } from '../cache/open-store.ts';
import type { Context } from '../context.ts';
import type { KernelArtefact } from './artefact.ts';
import { buildKernel, kernelFiles, kernelPackage, rootModules } from './build-kernel.ts';
import { digestRecipe, recipeHostPaths } from './recipe.ts';
import { requireSuite } from './suite.ts';

/** Which image is wanted. */
export interface ImageChoice {
  /** `trixie`, `bookworm-backports`, … */
  readonly suite: string;
  /**
   * Address of a Debian mirror, as sources.list(5) writes it, options first if there are any (`[check-valid-until=no] http://…`);
   * without it the one that this host's apt uses. Does not name the image: any mirror has the same packages.
   */
  readonly mirror?: string;
}

/**
 * Gives a kernel from the cache, after building it when it is not there.
 *
 * Rejects with `image/unknown-suite`, `image/mirror-unreachable`, `image/mirror-unknown`, `image/build-failed`, `image/module-missing`,
 * `host/program-missing`, `host/disk-full`, `host/not-writable`.
 */
export async function ensureKernel(ctx: Context, store: OpenStore, choice: ImageChoice): Promise<KernelArtefact> {
  const suite = requireSuite(choice.suite);
  const artefact = `kernel of ${suite.name}`;
  const digest = await digestRecipe([recipeHostPaths.initramfsRoot], { suite, kernelPackage, rootModules });
  const entry = await ensureEntry(ctx, store, { kind: 'kernel', digest, artefact }, (building, workshop) =>
    buildKernel(building, store, workshop, { suite, artefact, mirror: choice.mirror }),
  );
  const inEntry = (name: string): string => path.join(entry.hostPath, name);
  return {
    version: (await readFile(inEntry(kernelFiles.version), 'utf8')).trim(),
    description: entry.record.description,
    vmlinuzHostPath: inEntry(kernelFiles.kernel),
    initramfsHostPath: inEntry(kernelFiles.initramfs),
    modulesHostPath: inEntry(kernelFiles.modules),
    digest: entry.contentDigest,
  };
}
