import { ensureEntry } from '../cache/ensure-entry.ts';
import type { EntryBuilder } from '../cache/ensure-entry.ts';
import type { CacheEntry } from '../cache/entry-record.ts';
import { entryNameOf } from '../cache/entry-name.ts';
import type { EntryKey } from '../cache/entry-name.ts';
import { rejectEntry } from '../cache/remove-entry.ts';
import type { OpenStore } from '../cache/open-store.ts';
import type { Context } from '../context.ts';

/** Whether machines are forked from templates or booted (`cold`); `fresh` rebuilds each template once per run. */
export interface TemplateUse {
  readonly mode: 'fork' | 'cold' | 'fresh';
  /** The templates rebuilt in this run, by their names in the cache; shared by all drills of the run. */
  readonly renewed: Set<string>;
}

/** Gives a template's entry as `ensureEntry` does; an existing one is rebuilt when the run wants fresh ones. */
export async function ensureTemplate(
  ctx: Context,
  store: OpenStore,
  use: TemplateUse,
  key: EntryKey,
  build: EntryBuilder,
): Promise<CacheEntry> {
  const name = entryNameOf(key);
  const isDue = use.mode === 'fresh' && !use.renewed.has(name);
  use.renewed.add(name);
  const entry = await ensureEntry(ctx, store, key, build);
  if (!isDue || !entry.cached) return entry;
  if (await rejectEntry(ctx, store, entry, 'a fresh one is asked for')) return ensureEntry(ctx, store, key, build);
  ctx.emit({ type: 'remark-made', text: `The ${key.artefact} is not rebuilt: another drill is using it.` });
  return entry;
}
