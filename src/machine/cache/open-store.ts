import { RaidlabError } from '../../core/failure/failure.ts';
import { steadyContext, withDeadline } from '../context.ts';
import type { Context } from '../context.ts';
import { holdEntry } from './holds.ts';
import { pruneCache } from './prune-cache.ts';
import { makeAreas } from './store.ts';
import type { CacheStore } from './store.ts';

/** A store that a run uses: what it holds stays in the cache until it is disposed, or until the process is gone. */
export interface OpenStore extends CacheStore, AsyncDisposable {
  /** Holds an entry, there or not; again does nothing. Rejects with `host/not-writable` or `host/disk-full`. */
  hold(name: string): Promise<void>;
  /** The entries that are held, in the order in which they were. */
  readonly heldNames: () => readonly string[];
}

/** Makes the store's directories where they are missing, and opens it for a run. Rejects with `host/not-writable` or `host/disk-full`. */
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
      // What was held may have kept the cache above its bound; who held nothing has made nothing.
      if (releases.length > 0) await pruneAtLast(ctx, store);
    },
  };
}

/** After an interruption, too. A cache that cannot be pruned is no reason to lose the verdict of the run. */
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
