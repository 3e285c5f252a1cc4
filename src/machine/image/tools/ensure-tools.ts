import path from 'node:path';
import type { OwnRootKind } from '../../../core/image/kernel-abilities.ts';
import type { Mirrors } from '../../../core/image/mirrors.ts';
import { ensureEntry } from '../../cache/ensure-entry.ts';
import type { EntryKey } from '../../cache/entry-name.ts';
import type { OpenStore } from '../../cache/open-store.ts';
import type { Context } from '../../context.ts';
import type { OwnToolsArtefact } from '../artefact.ts';
import { buildTools, planPreferences, planToolsPackages, systemSizeBytes, toolsFiles } from './build-tools.ts';
import { digestRecipe, recipeHostPaths } from '../recipe.ts';
import { requireSuite } from '../packages/suite.ts';
import type { Suite } from '../packages/suite.ts';

/** The wanted tools. */
export interface ToolsChoice {
  /** `trixie`, `bookworm-backports`, … */
  readonly suite: string;
  /** Packages in addition to those of every tools image; none by default. */
  readonly packages?: readonly string[];
  /** The root that the kernel supports; layers by default. */
  readonly root?: OwnRootKind;
}

/**
 * Gives a tools image from the cache, after building it if it is missing. Rejects with `image/unknown-suite`, `image/mirror-unreachable`,
 * `image/mirror-unknown`, `image/build-failed`, `host/program-missing`, `host/disk-full`, `host/not-writable`.
 */
export async function ensureTools(ctx: Context, store: OpenStore, choice: ToolsChoice, mirrors: Mirrors = {}): Promise<OwnToolsArtefact> {
  const suite = requireSuite(choice.suite, mirrors);
  const { root = 'layers' } = choice;
  const packages = planPackages(suite, choice.packages);
  const key = await planToolsKey(suite, choice.packages, root);
  const entry = await ensureEntry(ctx, store, key, (building, workshop) =>
    buildTools(building, store, workshop, { suite, artefact: key.artefact, packages, mirrors, root }),
  );
  return {
    suite: suite.name,
    description: entry.record.description,
    versions: entry.record.packages,
    root,
    rootHostPath: path.join(entry.hostPath, toolsFiles[root].root),
    systemHostPath: path.join(entry.hostPath, toolsFiles[root].system),
    digest: entry.contentDigest,
  };
}

/** Gives what identifies a suite's tools with these extra packages in the cache. */
export async function planToolsKey(suite: Suite, added: readonly string[] = [], root: OwnRootKind = 'layers'): Promise<EntryKey> {
  const choices = { suite, packages: planPackages(suite, added), preferences: planPreferences(suite), systemSizeBytes, root };
  const digest = await digestRecipe([recipeHostPaths.guestRoot, recipeHostPaths.buildHooks], choices);
  return { kind: 'tools', digest, artefact: `tools of ${suite.name}${added.length === 0 ? '' : `, and ${added.join(', ')}`}` };
}

function planPackages(suite: Suite, added: readonly string[] = []): readonly string[] {
  return [...planToolsPackages(suite), ...added];
}
