/**
 * One job of Slurm, run by srun: sbatch would leave what the job prints in a file on its node, and no filesystem is shared.
 *
 *     srun ──allocation──► node: raidlab drill … --reporter bundle=- ──standard output──► file here ──► 'sent'
 *       ├── ended, and the file is no bundle ──squeue──► why: this attempt is lost, or no job can be run
 *       └── signal ──TERM──► srun takes its job back ──► scancel, for an srun that could not
 *
 * When we are killed srun gets a TERM from the kernel, and does the same; whoever goes on cancels by name what is still there.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { bundleBounds } from '../../core/bundle/bundle-format.ts';
import { RaidlabError } from '../../core/failure/failure.ts';
import type { SlurmFailure } from '../../core/failure/slurm.ts';
import { UnknownOutput } from '../../core/parsing/unknown-output.ts';
import { judgeRefusal, judgeSrun } from '../../core/slurm/judge-srun.ts';
import { parseSqueue } from '../../core/slurm/queued-job.ts';
import type { QueuedJob } from '../../core/slurm/queued-job.ts';
import { planScancel, planSqueue, planSrun, planSrunTest } from '../../core/slurm/srun-command.ts';
import type { SlurmJob, SlurmWishes } from '../../core/slurm/srun-command.ts';
import { steadyContext } from '../../machine/context.ts';
import type { Context } from '../../machine/context.ts';
import { fileFailure } from '../../machine/cache/file-failure.ts';
import { runHostCommand } from '../../machine/process/host-process.ts';

/** What srun came to. */
export interface SrunEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  /** What it, Slurm and raidlab on the node said. */
  readonly stderr: string;
}

/** Controllers answer in milliseconds, and a busy one in seconds; srun itself waits a minute. */
const queryTimeoutMs = 60_000;

/** As long as srun may take to see the end of its job on the node, before scancel is left to do it: KillWait is usually 30 s, milliseconds. */
const graceMs = 35_000;

/** Asks Slurm whether such jobs could ever run, before any is sent. Rejects with `slurm-missing`, `slurm-refused` and `slurm-full`. */
export async function requireSlurm(ctx: Context, wishes: SlurmWishes): Promise<void> {
  // All that will be needed: that scancel is missing must not be found out by somebody who presses Ctrl-C.
  for (const program of ['srun', 'squeue', 'scancel']) await ask(ctx, [program, '--version'], program);
  const { exitCode, stderr } = await ask(ctx, planSrunTest(wishes), 'srun');
  if (exitCode !== 0) throw new RaidlabError(judgeRefusal(stderr));
}

/**
 * Runs a job on some node, and keeps its standard output in a file, which must not be there yet. Rejects with `slurm-missing`, `disk-full`, and with the
 * signal's reason when the context ends; then the job is taken back.
 */
export async function runSlurmJob(ctx: Context, wishes: SlurmWishes, job: SlurmJob & { readonly intoHostPath: string }): Promise<SrunEnd> {
  const file = openOutput(job.intoHostPath);
  try {
    const options = { purpose: 'run a drill on a node', okExitCodes: 'all', takeBytes: file.take, graceMs } as const;
    const { exitCode, stderr } = await runHostCommand(ctx, planSrun(wishes, job), options);
    file.check();
    return { exitCode, stderr };
  } catch (error) {
    // An srun that was killed, by us or by somebody else, may have left its job.
    await takeBack(ctx, [job.name]);
    if (!(error instanceof RaidlabError) || error.failure.reason !== 'command-failed') throw missing(error, 'srun');
    return { exitCode: null, stderr: error.failure.said };
  } finally {
    file.close();
  }
}

/** Tells why a job brought no run back. */
export async function judgeEmptySrun(ctx: Context, job: SlurmJob, end: SrunEnd, ours: string): Promise<SlurmFailure> {
  return judgeSrun({ ...end, job: await findJob(ctx, job.name), ours });
}

/** Takes jobs back, whatever they do; those that are over are left alone. Also when the context has ended. */
export async function takeBack(ctx: Context, names: readonly string[]): Promise<void> {
  for (const name of names) await ask(steadyContext(ctx), planScancel(name), 'scancel');
}

/** Gives what Slurm knows of a job; undefined when it has forgotten it, or does not answer: then what srun said must do. */
export async function findJob(ctx: Context, name: string): Promise<QueuedJob | undefined> {
  const longestMs = settleMs * ctx.timeFactor.value();
  for (let waitedMs = 0; ; waitedMs += lookMs) {
    const { exitCode, stdout } = await ask(ctx, planSqueue(name), 'squeue');
    const job = exitCode === 0 ? readQueuedJob(stdout) : undefined;
    if (job?.state !== 'COMPLETING' || waitedMs >= longestMs) return job;
    await delay(lookMs, undefined, { signal: ctx.signal });
  }
}

/** While a job is cleaned up squeue does not say how it ended. On a node that is gone that takes until Slurm sees it, and is not waited for. */
const settleMs = 5000;
const lookMs = 200;

function readQueuedJob(stdout: string): QueuedJob | undefined {
  try {
    return parseSqueue(stdout);
  } catch (error) {
    if (!(error instanceof UnknownOutput)) throw error;
    throw new RaidlabError({ area: 'host', reason: 'slurm-refused', said: error.message }, { cause: error });
  }
}

async function ask(ctx: Context, argv: readonly string[], program: string) {
  try {
    return await runHostCommand(ctx, argv, { purpose: 'ask Slurm', okExitCodes: 'all', timeoutMs: queryTimeoutMs });
  } catch (error) {
    throw missing(error, program);
  }
}

function missing(error: unknown, program: string): unknown {
  const isMissing = error instanceof RaidlabError && error.failure.reason === 'program-missing' && error.failure.program === program;
  return isMissing ? new RaidlabError({ area: 'host', reason: 'slurm-missing', program }, { cause: error }) : error;
}

/** Keeps as much as a bundle may have, and one byte more, by which its reader sees that there is too much. */
function openOutput(hostPath: string) {
  const descriptor = openSync(hostPath, 'wx', 0o600);
  let left = bundleBounds.mostCompressedBytes + 1;
  let lost: unknown;
  return {
    take: (bytes: Uint8Array): void => {
      const kept = bytes.subarray(0, left);
      left -= kept.length;
      try {
        for (let written = 0; written < kept.length;) written += writeSync(descriptor, kept, written);
      } catch (error) {
        lost ??= error;
        left = 0;
      }
    },
    check: (): void => {
      if (lost !== undefined) throw fileFailure(lost, { hostPath, holds: 'temporary files', doing: 'keeping what a node sent' });
    },
    close: (): void => {
      closeSync(descriptor);
    },
  };
}
