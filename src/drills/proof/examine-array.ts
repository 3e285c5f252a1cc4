import { areSameMembers, describeMembers, membersShown } from '../../core/array/members-shown.ts';
import type { MembersShown } from '../../core/array/members-shown.ts';
import { parseDeviceStats } from '../../core/btrfs/device-stats.ts';
import { parseOneFilesystem } from '../../core/btrfs/filesystem-show.ts';
import type { ShownFilesystem } from '../../core/btrfs/filesystem-show.ts';
import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import { lookAt } from '../../core/plan/repair.ts';
import { judgeDeviceStats } from '../../core/proof/judge-device-stats.ts';
import { judgeFinished } from '../../core/proof/judge-finished.ts';
import { judgeKernelLog } from '../../core/proof/judge-kernel-log.ts';
import { judgeMembers } from '../../core/proof/judge-members.ts';
import { judgeMount } from '../../core/proof/judge-mount.ts';
import { judgeProfiles } from '../../core/proof/judge-profiles.ts';
import { parseFindmnt } from '../../core/util-linux/findmnt.ts';
import type { MountedFilesystem } from '../../core/util-linux/findmnt.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import type { CommandResult, Guest } from '../../machine/guest.ts';
import { lookForUnfinishedWork } from '../../storage/look-for-unfinished-work.ts';
import { ask, readOutput, tryCommand } from '../../storage/type-command.ts';
import type { DrillRun } from '../drill-run.ts';

/**
 * The parts of the proof that look at the machine as the repair left it: mounted, members, profiles, unfinished work, device stats,
 * kernel log. They only look: anything that reads the array, and so may repair it, happens in a copy. When nothing is mounted, the parts
 * that need the array are `inconclusive`.
 */
export async function examineArray(run: DrillRun): Promise<readonly Check[]> {
  await run.stopJournal();
  const mount = judgeMount(await mountedArray(run, run.guest), run.array.mountPoint);
  const rest = mount.outcome === 'held' ? await lookAtMounted(run) : notExamined('profiles', 'finished', 'device-stats');
  return [mount, ...rest, judgeKernelLog(run.kernelLog)];
}

/** Gives what is mounted in the array's place, or null. */
export async function mountedArray({ ctx, array }: DrillRun, guest: Guest): Promise<MountedFilesystem | null> {
  return readMounted(guest, await tryCommand(ctx, guest, lookAt(array).mountPoint));
}

/** Gives what is mounted, from findmnt's output for the mount point, or null. */
export function readMounted(guest: Guest, result: CommandResult): MountedFilesystem | null {
  // findmnt(8): exit 1 and no output when nothing matches. Of several mounts in one place, the last one is visible.
  return result.exitCode === 1 && result.stdout === '' ? null : (readOutput(guest, result, parseFindmnt).at(-1) ?? null);
}

async function lookAtMounted(run: DrillRun): Promise<readonly Check[]> {
  const { ctx, guest, array } = run;
  const members = await settleMembers(run);
  const profiles = judgeProfiles(await ask(ctx, guest, lookAt(array).filesystemUsage, parseFilesystemUsage), array.layout);
  const finished = judgeFinished(await lookForUnfinishedWork(ctx, guest, run.array, run.members));
  return [...members, profiles, finished, judgeDeviceStats(await askDeviceStats(run, guest))];
}

/**
 * Takes the members that the array lists, whatever the drill declared. If the drill declared others, that is a finding: what it intended
 * has not happened.
 */
async function settleMembers(run: DrillRun): Promise<readonly Check[]> {
  const { filesystem, shown } = await lookAtMembers(run);
  if (shown.is === 'stranger') return [strangerCheck(shown)];
  const announced = run.members;
  if (areSameMembers(shown.members, announced)) return [];
  run.adoptMembers(shown.members);
  if (run.announcement === null) {
    const text = `The array has other members than it was built with: ${describeMembers(shown.members).join(', ')}.`;
    run.ctx.emit({ type: 'remark-made', text });
    return [];
  }
  const expected = announced.map(({ devid, container }) => ({ devid, guestDevice: container.mappingGuestDevice }));
  return [judgeMembers(filesystem, expected)];
}

/** Asks the mounted array for its members. */
export async function lookAtMembers(run: DrillRun): Promise<{ readonly filesystem: ShownFilesystem; readonly shown: MembersShown }> {
  const { ctx, guest, array } = run;
  const filesystem = await ask(ctx, guest, lookAt(array).filesystemShow, parseOneFilesystem);
  return { filesystem, shown: membersShown(filesystem, [...array.members, ...array.spares], run.members) };
}

function strangerCheck({ devid, guestDevice }: { readonly devid: number; readonly guestDevice: string }): Check {
  return {
    name: 'members',
    claim: 'Every device of the array is a container of the layout',
    outcome: 'inconclusive',
    evidence: [`devid ${String(devid)}, ${guestDevice}, is none: it cannot be opened in a copy, so it cannot be examined`],
  };
}

/** Asks the mounted array for the error counters of its members. */
export async function askDeviceStats({ ctx, array, members }: DrillRun, guest: Guest) {
  return ask(ctx, guest, lookAt(array).deviceStats, (text) => parseDeviceStats(text, members.length));
}

/** Gives the checks that could not be made because the array is not mounted. */
export function notExamined(...names: readonly string[]): readonly Check[] {
  return names.map((name) => ({
    name,
    claim: 'Could be looked at',
    outcome: 'inconclusive',
    evidence: ['not looked at: the array is not mounted'],
  }));
}
