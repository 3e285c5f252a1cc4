import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PlannedJob } from '../../core/event.ts';
import { exitCodes } from '../../core/exit-code.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { SlurmFailure } from '../../core/failure/slurm.ts';
import type { SlurmJob, SlurmWishes } from '../../core/slurm/srun-command.ts';
import { findJob, judgeEmptySrun, runSlurmJob } from '../../engine/slurm/run-slurm-job.ts';
import type { SrunEnd } from '../../engine/slurm/run-slurm-job.ts';
import type { Context } from '../../machine/context.ts';
import { unpackBundle } from '../bundle/unpack-bundle.ts';
import type { UnpackedBundle } from '../bundle/unpack-bundle.ts';

/** Where drills are sent, and by whom. */
export interface Cluster {
  readonly wishes: SlurmWishes;
  /** A directory of ours for what comes back. */
  readonly scratchHostPath: string;
  /** The version of this raidlab. */
  readonly version: string;
}

/** A part of a run that is sent to a node. */
export interface SentDrills extends SlurmJob {
  readonly planned: readonly PlannedJob[];
}

/** What came of it. */
export type SentEnd =
  | { readonly is: 'bundle'; readonly bundle: UnpackedBundle; readonly forget: () => Promise<void> }
  /** Nobody knows what the drill would have come to. */
  | { readonly is: 'lost'; readonly failure: SlurmFailure };

/**
 * Runs drills on a node, and gives the bundle that comes back, checked as a stranger's. Rejects with what concerns all jobs: Slurm refuses them, or a node has no
 * raidlab, one that cannot work, or another version; and with the signal's reason.
 */
export async function sendDrills(ctx: Context, cluster: Cluster, sent: SentDrills): Promise<SentEnd> {
  const placeHostPath = join(cluster.scratchHostPath, sent.name);
  mkdirSync(placeHostPath, { mode: 0o700 });
  const bundleHostPath = join(placeHostPath, 'bundle');
  const end = await runSlurmJob(ctx, cluster.wishes, { ...sent, intoHostPath: bundleHostPath });
  const unpackedHostPath = join(placeHostPath, 'unpacked');
  mkdirSync(unpackedHostPath, { mode: 0o700 });
  const bundle = await unpackBundle(ctx.signal, 'What the node sent', bundleHostPath, unpackedHostPath).catch((error: unknown) => {
    if (error instanceof RaidlabError && error.failure.reason === 'bad-bundle') return undefined;
    throw error;
  });
  // A run that Slurm ended on the node has a bundle, too; it says nothing.
  if (bundle === undefined || bundle.frame.ended.exitCode === exitCodes.interrupted) return lost(ctx, cluster, sent, end);
  if (bundle.head.raidlab !== cluster.version) {
    const node = (await findJob(ctx, sent.name))?.node ?? 'unknown';
    throw new RaidlabError({ area: 'host', reason: 'node-of-other-version', node, found: bundle.head.raidlab, ours: cluster.version });
  }
  if (!isDeepStrictEqual(bundle.frame.planned.jobs, sent.planned))
    throw new Error(`of ${sent.name} a node has run something else than it was asked for`);
  return { is: 'bundle', bundle, forget: () => rm(placeHostPath, { recursive: true }) };
}

async function lost(ctx: Context, { version }: Cluster, sent: SlurmJob, end: SrunEnd): Promise<SentEnd> {
  const failure = await judgeEmptySrun(ctx, sent, end, version);
  if (failure.reason === 'slurm-job-lost') return { is: 'lost', failure };
  throw new RaidlabError(failure);
}
