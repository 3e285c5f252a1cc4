import { openStore } from '../../machine/cache/open-store.ts';
import { openOwnedDirectory } from '../../machine/cache/owned-directory.ts';
import type { OwnedDirectory } from '../../machine/cache/owned-directory.ts';
import { createContext } from '../../machine/context.ts';
import type { Cli } from '../cli.ts';

/** Makes a directory in the cache for what comes from elsewhere or goes there. Rejects with `host/not-writable` or `host/disk-full`. */
export async function openScratch(cli: Cli, name: string): Promise<OwnedDirectory> {
  const ctx = createContext({ signal: cli.interruption.signal, timeFactor: cli.timeFactor });
  // Nothing of it is held, so there is nothing to give back.
  const store = await openStore(ctx, cli.store);
  return openOwnedDirectory(ctx, store, 'work', name);
}
