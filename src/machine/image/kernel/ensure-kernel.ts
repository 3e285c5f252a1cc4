import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { OwnKernelAbilities } from '../../../core/image/kernel-abilities.ts';
import type { KernelChoice } from '../../../core/image/kernel-choice.ts';
import type { Mirrors } from '../../../core/image/mirrors.ts';
import { ensureEntry } from '../../cache/ensure-entry.ts';
import type { EntryKey } from '../../cache/entry-name.ts';
import type { OpenStore } from '../../cache/open-store.ts';
import type { Context } from '../../context.ts';
import type { OwnKernelArtefact } from '../artefact.ts';
import { buildKernel, kernelFiles } from './build-kernel.ts';
import type { KernelSource } from './build-kernel.ts';
import { findKernelSource } from './kernel-sources.ts';
import { digestRecipe, recipeHostPaths } from '../recipe.ts';
import { upstreamVersionOf } from './upstream-version.ts';

/**
 * Gives a kernel from the cache, after building it if it is missing. `mirrors` does not identify the kernel: all mirrors have the same
 * packages. Rejects with `image/unknown-suite`, `image/version-not-found`, `image/unusable-kernel-files`, `image/mirror-unreachable`,
 * `image/mirror-unknown`, `image/build-failed`, `image/module-missing`, `host/program-missing`, `host/disk-full`, `host/not-writable`.
 */
export async function ensureKernel(
  ctx: Context,
  store: OpenStore,
  choice: KernelChoice,
  mirrors: Mirrors = {},
): Promise<OwnKernelArtefact> {
  const source = await findKernelSource(store, choice, mirrors);
  const entry = await ensureEntry(ctx, store, await planKernelKey(source), (building, workshop) => buildKernel(building, workshop, source));
  const inEntry = (name: string): string => path.join(entry.hostPath, name);
  const version = (await readFile(inEntry(kernelFiles.version), 'utf8')).trim();
  return {
    version,
    upstreamVersion: upstreamVersionOf(version, entry.record.packages),
    description: entry.record.description,
    vmlinuzHostPath: inEntry(kernelFiles.kernel),
    initramfsHostPath: inEntry(kernelFiles.initramfs),
    modulesHostPath: inEntry(kernelFiles.modules),
    // Written by the builder and complete: the cache has compared its hash.
    abilities: (entry.record.facts as unknown as { readonly abilities: OwnKernelAbilities }).abilities,
    digest: entry.contentDigest,
  };
}

/** Gives what identifies a kernel from a source in the cache. */
export async function planKernelKey({ identity, artefact }: KernelSource): Promise<EntryKey> {
  return { kind: 'kernel', digest: await digestRecipe([recipeHostPaths.initramfsRoot], identity), artefact };
}
