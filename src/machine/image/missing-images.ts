import path from 'node:path';
import { entryNameOf } from '../cache/entry-name.ts';
import type { CacheStore } from '../cache/store.ts';
import { planKernelKey } from './kernel/ensure-kernel.ts';
import { planToolsKey } from './tools/ensure-tools.ts';
import { sourceOfSuite } from './kernel/kernel-sources.ts';
import { defaultSuite, requireSuite } from './packages/suite.ts';
import { mayAccess } from '../files/file-access.ts';

/** Gives the names of a default drill's images that are not in the cache: empty when it can run without building any. */
export async function findMissingImages(store: CacheStore): Promise<readonly string[]> {
  const suite = requireSuite(defaultSuite);
  const keys = [await planKernelKey(sourceOfSuite(store, suite.name, {})), await planToolsKey(suite)];
  const found = await Promise.all(
    keys.map(async (key) => ((await mayAccess(path.join(store.rootHostPath, entryNameOf(key)))) ? [] : [key.artefact])),
  );
  return found.flat();
}
