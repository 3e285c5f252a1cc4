import { parseDeviceStats } from '../../core/btrfs/device-stats.ts';
import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import { parseScrubStart } from '../../core/btrfs/scrub-start.ts';
import { lookAt, planScrub } from '../../core/plan/repair.ts';
import { judgeDeviceStats } from '../../core/proof/judge-device-stats.ts';
import { judgeFiles } from '../../core/proof/judge-files.ts';
import { judgeKernelLog } from '../../core/proof/judge-kernel-log.ts';
import { judgeMount } from '../../core/proof/judge-mount.ts';
import { judgeProfiles } from '../../core/proof/judge-profiles.ts';
import { judgeScrub } from '../../core/proof/judge-scrub.ts';
import { parseFindmnt } from '../../core/util-linux/findmnt.ts';
import type { MountedFilesystem } from '../../core/util-linux/findmnt.ts';
import type { Check } from '../../core/verdict.ts';
import type { Context } from '../../machine/context.ts';
import type { Guest } from '../../machine/guest.ts';
import { ask, readOutput, tryCommand } from '../../storage/type-command.ts';
import { verifyFiles } from '../../storage/verify-files.ts';
import type { DrillRun } from '../drill-run.ts';

/** Parts 1 to 6 of the proof, on the running machine. When nothing is mounted the parts that need the array are `inconclusive`. */
export async function examineArray(run: DrillRun): Promise<readonly Check[]> {
  await run.stopJournal();
  const mount = judgeMount(await mountedArray(run.ctx, run.guest));
  const rest = mount.outcome === 'held' ? await examineMounted(run) : notExamined();
  return [
    mount,
    ...rest,
    judgeKernelLog([...run.pastConsoleLines, ...run.machine.consoleLines()], [...run.pastTroubles, ...run.machine.troubles()]),
  ];
}

/** Gives what is mounted where the array belongs, or null. */
export async function mountedArray(ctx: Context, guest: Guest): Promise<MountedFilesystem | null> {
  const result = await tryCommand(ctx, guest, lookAt.mountPoint);
  // findmnt(8): exit 1 and no output when nothing matches.
  return result.exitCode === 1 && result.stdout === '' ? null : readOutput(guest, result, parseFindmnt);
}

async function examineMounted(run: DrillRun): Promise<readonly Check[]> {
  const { ctx, guest } = run;
  const members = run.members.length;
  const files = judgeFiles(await verifyFiles(ctx, guest, run.promised));
  const profiles = judgeProfiles(await ask(ctx, guest, lookAt.filesystemUsage, parseFilesystemUsage), run.array.layout.profile);
  // Its exit code says nothing (field notes, 9): the summary is judged, and a scrub that printed none cannot be read.
  const scrub = judgeScrub(readOutput(guest, await tryCommand(ctx, guest, planScrub()), parseScrubStart), members);
  const stats = judgeDeviceStats(await ask(ctx, guest, lookAt.deviceStats, (text) => parseDeviceStats(text, members)));
  return [files, profiles, scrub, stats];
}

function notExamined(): readonly Check[] {
  return ['files', 'profiles', 'scrub', 'device-stats'].map((name) => ({
    name,
    claim: 'Could be looked at',
    outcome: 'inconclusive',
    evidence: ['not looked at: the array is not mounted'],
  }));
}
