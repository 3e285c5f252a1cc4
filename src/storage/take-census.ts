import { performance } from 'node:perf_hooks';
import { chooseFiles, makeCensus } from '../core/payload/census.ts';
import type { Census } from '../core/payload/census.ts';
import { findAllCommand } from '../core/payload/find.ts';
import type { FoundEntry } from '../core/payload/find.ts';
import type { ContentReading, ObservedPayload } from '../core/payload/observed-payload.ts';
import { planMountTopLevel, planUnmountTopLevel, topLevelGuestPath } from '../core/plan/array.ts';
import { lengthOfLimit } from '../core/text/time-limit.ts';
import type { Context } from '../machine/context.ts';
import type { Guest } from '../machine/guest.ts';
import { hashBelow, observeTree } from './observe-payload.ts';
import { ask } from './type-command.ts';

/** The maximal amount of content that a census reads, bytes. */
export const censusLimitBytes = 4 * 1024 ** 3;

/** The maximal time it reads, milliseconds: an emulated processor hashes some 100 MB per second. */
const censusTimeoutMs = 180_000;

/** Between two checks of the clock, files. */
const batchFiles = 100;

/** Lists and reads everything on a mounted array, in all its subvolumes; `device` is one of its devices. */
export async function takeCensus(ctx: Context, guest: Guest, device: string): Promise<Census> {
  const observed = await withTopLevel(ctx, guest, device, async () =>
    observeTree(ctx, guest, topLevelGuestPath, findAllCommand(topLevelGuestPath), async (found) => readInTime(ctx, guest, found)),
  );
  return makeCensus(observed);
}

/** Repeats a census: the same files are read. */
export async function observeCensus(ctx: Context, guest: Guest, device: string, { manifest }: Census): Promise<ObservedPayload> {
  const files = manifest.entries.flatMap((entry) => (entry.kind === 'file' && entry.xxh128 !== null ? [entry.path] : []));
  return withTopLevel(ctx, guest, device, async () =>
    observeTree(ctx, guest, topLevelGuestPath, findAllCommand(topLevelGuestPath), async () =>
      hashBelow(ctx, guest, topLevelGuestPath, files),
    ),
  );
}

/** Runs something while the top level of a mounted array is also mounted, for reading. */
export async function withTopLevel<T>(ctx: Context, guest: Guest, device: string, work: () => Promise<T>): Promise<T> {
  for (const planned of planMountTopLevel(device)) await ask(ctx, guest, planned, String);
  const result = await work();
  await ask(ctx, guest, planUnmountTopLevel, String);
  return result;
}

async function readInTime(ctx: Context, guest: Guest, found: readonly FoundEntry[]): Promise<ObservedPayload['contents']> {
  const files = chooseFiles(found, censusLimitBytes);
  const startedMs = performance.now();
  const isInTime = (): boolean =>
    performance.now() - startedMs < lengthOfLimit({ usualMs: censusTimeoutMs, factor: ctx.timeFactor.value() });
  const contents = new Map<string, ContentReading>();
  for (let first = 0; first < files.length && isInTime(); first += batchFiles) {
    const paths = files.slice(first, first + batchFiles).map(({ path }) => path);
    for (const [path, reading] of await hashBelow(ctx, guest, topLevelGuestPath, paths)) contents.set(path, reading);
    const fraction = contents.size / files.length;
    ctx.emit({ type: 'progress-made', what: 'reading what is on the array', fraction, detail: `${String(contents.size)} files` });
  }
  return contents;
}
