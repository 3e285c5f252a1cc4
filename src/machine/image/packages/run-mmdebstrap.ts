import { statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { RaidlabError } from '../../../core/failure/failure.ts';
import { tellingLines } from '../../../core/text/telling-lines.ts';
import type { Context } from '../../context.ts';
import { hasNetwork } from '../../host/host-network.ts';
import { runHostCommand } from '../../process/host-process.ts';
import { firstProgress, observeBuildLine } from './build-progress.ts';
import type { BuildPhase } from './build-progress.ts';

/** What mmdebstrap should make. */
export interface MmdebstrapRun {
  /** For people: `tools of trixie`. */
  readonly artefact: string;
  readonly suite: string;
  /** Without the mode, which depends on the host. */
  readonly argv: readonly string[];
  readonly phases: readonly BuildPhase[];
  /** The directory for its unpacked tree. */
  readonly treeHostPath: string;
  /** Relative paths of special hooks start here. */
  readonly cwdHostPath: string;
}

// All files in an image have this date, so that the same packages give the same bytes: reproducible-builds.org/specs/source-date-epoch.
const sourceDateEpoch = '1735689600';

/**
 * Runs mmdebstrap, emitting its progress as events. When the signal aborts it removes its tree before it ends. Rejects with
 * `image/mirror-unreachable` when packages could not be fetched, `host/disk-full`, or `image/build-failed`.
 */
export async function runMmdebstrap(ctx: Context, run: MmdebstrapRun): Promise<void> {
  let progress = firstProgress;
  let shown = firstProgress;
  const said: string[] = [];
  const onLine = (line: string): void => {
    said.push(line);
    progress = observeBuildLine(progress, run.phases, line);
    if (progress.detail === shown.detail && progress.fraction - shown.fraction < 0.01) return;
    shown = progress;
    ctx.emit({ type: 'progress-made', what: `building the ${run.artefact}`, fraction: progress.fraction, detail: progress.detail });
  };
  const argv = [...run.argv.slice(0, 1), `--mode=${await chooseMode(ctx)}`, ...run.argv.slice(1)];
  try {
    await runHostCommand(ctx, argv, {
      purpose: `build the ${run.artefact}`,
      env: { TMPDIR: run.treeHostPath, SOURCE_DATE_EPOCH: sourceDateEpoch },
      cwdHostPath: run.cwdHostPath,
      writesHostPath: run.treeHostPath,
      onLine,
      // Removing a tree of 10 000 files takes its time on a slow disk.
      graceMs: 20_000,
    });
  } catch (error) {
    throw await imageFailure(error, { ...run, argv }, said);
  }
}

/**
 * Gives the mode of mmdebstrap that works here. In a user namespace, except for a root that is unprivileged outside: a container's root
 * must not unshare a mount namespace without CAP_SYS_ADMIN, and mmdebstrap then mounts nothing. Source: mmdebstrap(1), MODES, root.
 */
export async function chooseMode(ctx: Context, isRoot = userInfo().uid === 0): Promise<'unshare' | 'root'> {
  if (!isRoot) return 'unshare';
  const argv = ['unshare', '--mount', '--propagation', 'unchanged', 'true'];
  const { exitCode } = await runHostCommand(ctx, argv, { purpose: 'see whether root may mount', okExitCodes: [0, 1] });
  return exitCode === 0 ? 'unshare' : 'root';
}

async function imageFailure(error: unknown, run: MmdebstrapRun, lines: readonly string[]): Promise<unknown> {
  if (!(error instanceof RaidlabError) || error.failure.area !== 'host') return error;
  if (error.failure.reason !== 'command-failed' && error.failure.reason !== 'disk-full') return error;
  const options = { cause: error };
  const text = lines.join('\n');
  if (error.failure.reason === 'disk-full' || isDiskFull(text)) {
    const hostPath = await findFullDisk(run);
    return new RaidlabError({ area: 'host', reason: 'disk-full', hostPath, doing: `building the ${run.artefact}` }, options);
  }
  const said = tellingLines(lines);
  const { argv, suite, artefact } = run;
  if (isFetchFailure(text))
    return new RaidlabError({ area: 'image', reason: 'mirror-unreachable', suite, hasNetwork: hasNetwork(), argv, said }, options);
  return new RaidlabError({ area: 'image', reason: 'build-failed', artefact, argv, said }, options);
}

/** mmdebstrap has removed its tree by now, but its output in the work directory is still there. */
async function findFullDisk(run: Pick<MmdebstrapRun, 'cwdHostPath' | 'treeHostPath'>): Promise<string> {
  const { bavail, bsize } = await statfs(run.cwdHostPath);
  return bavail * bsize < nearlyFullBytes ? run.cwdHostPath : run.treeHostPath;
}

const nearlyFullBytes = 4 * 1024 * 1024;

/** apt checks before it fetches, with its own wording. */
function isDiskFull(text: string): boolean {
  return /You don't have enough free space in|No space left on device/.test(text);
}

/** Tells from its output whether apt failed to fetch something. */
export function isFetchFailure(text: string): boolean {
  return /^E: (?:Failed to fetch|Unable to fetch|The repository .* (?:does not have a Release file|is not signed)|Some index files failed|Release file for .* is expired)|^Err:\d+ |NO_PUBKEY/m.test(
    text,
  );
}
