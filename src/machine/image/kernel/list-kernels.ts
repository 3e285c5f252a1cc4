import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { kernelOfDescription } from '../../../core/image/kernel-choice.ts';
import { listEntries } from '../../cache/entries.ts';
import type { ListedEntry } from '../../cache/entries.ts';
import type { CacheStore } from '../../cache/store.ts';
import type { Context } from '../../context.ts';
import { kernelFiles } from './build-kernel.ts';
import { upstreamVersionOf } from './upstream-version.ts';

/** A kernel in the cache. Nothing of it is verified. */
export interface CachedKernel {
  readonly entry: ListedEntry;
  /** Its name for `--kernel`: `trixie`, `6.12`, `/srv/linux`. */
  readonly kernel: string;
  /** As `uname -r` says. */
  readonly version: string;
  readonly upstreamVersion: string;
  readonly description: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
}

/** Gives the kernels in the cache; damaged ones, which are rebuilt when needed, are skipped. */
export async function listKernels(ctx: Context, store: CacheStore): Promise<readonly CachedKernel[]> {
  const kernels: CachedKernel[] = [];
  for (const entry of await listEntries(ctx, store)) {
    const { record, hostPath } = entry;
    const kernel = record?.kind === 'kernel' ? kernelOfDescription(record.artefact) : undefined;
    const version = await readFile(path.join(hostPath, kernelFiles.version), 'utf8').catch(() => undefined);
    if (record === undefined || kernel === undefined || version === undefined) continue;
    const { description, madeAt, packages } = record;
    const release = version.trim();
    kernels.push({ entry, kernel, version: release, upstreamVersion: upstreamVersionOf(release, packages), description, madeAt });
  }
  return kernels;
}
