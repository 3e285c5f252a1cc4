import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { RaidlabError } from '../../../core/failure/failure.ts';
import type { Mirrors } from '../../../core/image/mirrors.ts';
import { ensureEntry } from '../../cache/ensure-entry.ts';
import type { BuiltEntry, EntryWorkshop } from '../../cache/ensure-entry.ts';
import type { OpenStore } from '../../cache/open-store.ts';
import type { Context } from '../../context.ts';
import { bootstrapPackages, extractFrom } from './bootstrap-packages.ts';
import { findBusybox, findPackageVersions } from '../kernel/kernel-tree.ts';
import { digestRecipe } from '../recipe.ts';
import { defaultSuite, requireSuite } from './suite.ts';

const fileName = 'busybox';

/** Gives a statically linked busybox from the cache, for kernels that come without one; fetches a missing one. Rejects as a suite's kernel does. */
export async function ensureBusybox(ctx: Context, store: OpenStore, mirrors: Mirrors): Promise<string> {
  const key = { kind: 'busybox', digest: await digestRecipe([], { suite: defaultSuite }), artefact: `busybox of ${defaultSuite}` };
  const entry = await ensureEntry(ctx, store, key, (building, workshop) => fetchBusybox(building, store, workshop, mirrors));
  return path.join(entry.hostPath, fileName);
}

async function fetchBusybox(ctx: Context, store: OpenStore, { entryHostPath, work }: EntryWorkshop, mirrors: Mirrors): Promise<BuiltEntry> {
  const artefact = `busybox of ${defaultSuite}`;
  const wish = { artefact, suite: requireSuite(defaultSuite), packages: ['busybox-static'], mirrors };
  const tar = await bootstrapPackages(ctx, store, work, wish);
  const busybox = findBusybox(tar.paths);
  if (busybox === undefined) {
    throw new RaidlabError({
      area: 'image',
      reason: 'build-failed',
      artefact,
      argv: ['tar', '--list'],
      said: 'There is no busybox in the packages.',
    });
  }
  const unpackedHostPath = path.join(work.hostPath, 'unpacked');
  await extractFrom(ctx, tar, [busybox], unpackedHostPath);
  await copyFile(path.join(unpackedHostPath, busybox), path.join(entryHostPath, fileName));
  const packages = findPackageVersions(tar.paths);
  return { description: `${defaultSuite} (busybox-static ${packages['busybox-static'] ?? 'of unknown version'})`, packages };
}
