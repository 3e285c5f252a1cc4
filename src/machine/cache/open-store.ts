import { RaidlabError } from '../../core/failure/failure.ts';
import { steadyContext, withDeadline } from '../context.ts';
import type { Context } from '../context.ts';
import { holdEntry } from './holds.ts';
import { pruneCache } from './prune-cache.ts';
import { makeAreas } from './store.ts';
import type { CacheStore } from './store.ts';

/** A store in use by a run: what it holds stays in the cache until it is disposed, or until the process is gone. */
export interface OpenStore extends CacheStore, AsyncDisposable {
  /** Holds an entry, existing or not; repeated calls do nothing. Rejects with `host/not-writable` or `host/disk-full`. */
  hold(name: string): Promise<void>;
  /** The held entries, in order. */
  readonly heldNames: () => readonly string[];
}

/** Makes the store's missing directories, and opens it for a run. Rejects with `host/not-writable` or `host/disk-full`. */
export async function openStore(ctx: Context, store: CacheStore): Promise<OpenStore> {
  ctx.signal.throwIfAborted();
  await makeAreas(store);
  const held = new Map<string, Promise<() => Promise<void>>>();
  return {
    ...store,
    hold: async (name) => {
      const holding = held.get(name) ?? makeAreas(store).then(() => holdEntry(store, name));
      held.set(name, holding);
      await holding;
    },
    heldNames: () => [...held.keys()],
    [Symbol.asyncDispose]: async () => {
      const releases = await Promise.allSettled(held.values());
      held.clear();
      for (const release of releases) if (release.status === 'fulfilled') await release.value();
      // Held entries may have kept the cache above its bound; a run without any has made nothing.
      if (releases.length > 0) await pruneAtLast(ctx, store);
    },
  };
}

/** Also after an interruption. A cache that cannot be pruned is no reason to lose the verdict of the run. */
async function pruneAtLast(ctx: Context, store: CacheStore): Promise<void> {
  try {
    using pruning = withDeadline({ ...steadyContext(ctx), emit: ctx.emit }, 'the cache to be brought within its bound', pruneTimeoutMs);
    await pruneCache(pruning, store, store);
  } catch (error) {
    if (!(error instanceof RaidlabError)) throw error;
    ctx.emit({ type: 'remark-made', text: `The cache could not be pruned: ${error.message}` });
  }
}

const pruneTimeoutMs = 60_000;
