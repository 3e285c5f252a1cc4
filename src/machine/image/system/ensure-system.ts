import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { initramfsMakers } from '../../../core/boot/initramfs-maker.ts';
import type { InitramfsMaker } from '../../../core/boot/initramfs-maker.ts';
import type { Mirrors } from '../../../core/image/mirrors.ts';
import { ensureEntry } from '../../cache/ensure-entry.ts';
import type { EntryKey } from '../../cache/entry-name.ts';
import type { OpenStore } from '../../cache/open-store.ts';
import type { Context } from '../../context.ts';
import type { InstalledSystem } from '../artefact.ts';
import { upstreamVersionOf } from '../kernel/upstream-version.ts';
import { digestRecipe, readSharedGuestFiles, recipeHostPaths } from '../recipe.ts';
import { buildSystem, systemFiles, systemRoomBytes } from './build-system.ts';
import { requireInstalledSuite } from './system-choice.ts';
import type { SystemChoice } from './system-choice.ts';
import { planSystemPackages } from './system-packages.ts';

/** Gives an installed system from the cache, after building it if it is missing. Rejects as a tools image does. */
export async function ensureSystem(
  ctx: Context,
  store: OpenStore,
  suiteName: string,
  mirrors: Mirrors = {},
  initramfsMaker: InitramfsMaker = initramfsMakers[0],
): Promise<InstalledSystem> {
  const choice: SystemChoice = { suite: requireInstalledSuite(suiteName, mirrors), initramfsMaker };
  const key = await planSystemKey(choice);
  const entry = await ensureEntry(ctx, store, key, (building, workshop) =>
    buildSystem(building, store, workshop, { ...choice, artefact: key.artefact, mirrors }),
  );
  const inEntry = (name: string): string => path.join(entry.hostPath, name);
  const { description, packages } = entry.record;
  const version = (await readFile(inEntry(systemFiles.version), 'utf8')).trim();
  return {
    kernel: {
      version,
      upstreamVersion: upstreamVersionOf(version, packages),
      description,
      vmlinuzHostPath: inEntry(systemFiles.kernel),
      initramfsHostPath: inEntry(systemFiles.initramfs),
      modulesHostPath: null,
      abilities: { root: 'installed' },
      digest: entry.contentDigest,
    },
    tools: {
      suite: choice.suite.name,
      description,
      versions: packages,
      root: 'installed',
      rootHostPath: null,
      systemHostPath: inEntry(systemFiles.root),
      digest: entry.contentDigest,
    },
  };
}

/** Gives what identifies an installed system in the cache. */
export async function planSystemKey(choice: SystemChoice): Promise<EntryKey> {
  const { buildHooks, systemHooks, systemRoot } = recipeHostPaths;
  const shape = { ...choice, packages: planSystemPackages(choice), systemRoomBytes, guestFiles: await readSharedGuestFiles() };
  return {
    kind: 'system',
    digest: await digestRecipe([buildHooks, systemHooks, systemRoot], shape),
    artefact: `installed system of ${choice.suite.name}${choice.initramfsMaker === initramfsMakers[0] ? '' : ` with ${choice.initramfsMaker}`}`,
  };
}
