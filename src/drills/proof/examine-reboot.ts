import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import { parseScrubStart } from '../../core/btrfs/scrub-start.ts';
import type { KernelLog } from '../../core/kernel/kernel-log.ts';
import { describeFilesSeen, formatFileDifferences } from '../../core/proof/files-seen.ts';
import type { FilesSeen } from '../../core/proof/files-seen.ts';
import { judgeDeviceStats } from '../../core/proof/judge-device-stats.ts';
import { judgeFiles } from '../../core/proof/judge-files.ts';
import { describeUnkept, judgeKernelLog } from '../../core/proof/judge-kernel-log.ts';
import { judgeMount } from '../../core/proof/judge-mount.ts';
import { judgeProfiles } from '../../core/proof/judge-profiles.ts';
import { judgeScrub } from '../../core/proof/judge-scrub.ts';
import { furtherMountPoints, planMountArray } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import { planOpenContainer } from '../../core/plan/container.ts';
import { lookAt, planFindMount, planScrub } from '../../core/plan/repair.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import type { Machine } from '../../machine/machine.ts';
import { ask, readOutput, tryCommand } from '../../storage/type-command.ts';
import { verifyFiles } from '../../storage/verify-files.ts';
import type { DrillRun } from '../drill-run.ts';
import { kernelLogOf } from '../kernel-log.ts';
import { askDeviceStats, mountedArray, notExamined, readMounted } from './examine-array.ts';
import { restartCopy } from './restart-copy.ts';
import type { RestartCopy } from './restart-copy.ts';

/**
 * Part 8 of the proof, and with it the parts that read the whole array: a copy of the repaired machine is started, as `restart` does it,
 * and only crypttab and fstab decide what is opened and mounted; then a scrub, all files, and the error counters after that. If crypttab
 * and fstab bring nothing back, the array is opened by hand, so that its content is known anyway. If everything held, `goOn` gets the
 * machine, with the array still open and mounted, before it goes.
 */
export async function examineReboot(
  run: DrillRun,
  restart: RestartCopy = restartCopy,
  goOn: (machine: Machine) => Promise<void> = () => Promise.resolve(),
): Promise<readonly Check[]> {
  const copy = await restart(run);
  await using machine = copy.machine;
  const storage = await copy.settled();
  const { parts, read } = storage.answers ? await lookAround(run, machine) : { parts: [], read: null };
  const [mount] = parts;
  const reboot = judgeReboot(
    storage.noted,
    [...storage.checks, ...parts],
    mount?.outcome === 'held' ? (read?.files ?? null) : null,
    kernelLogOf(machine),
  );
  const checks = [...(read?.checks ?? notExamined('files', 'scrub', 'device-stats')), reboot];
  if (checks.every(({ outcome }) => outcome === 'held')) await goOn(machine);
  return checks;
}

/** Judges what is mounted, the array first, and reads the array if it is there, or can be opened by hand. */
async function lookAround(run: DrillRun, machine: Machine): Promise<{ readonly parts: readonly Check[]; readonly read: Read | null }> {
  const { ctx, array } = run;
  const { guest } = machine;
  const mount = judgeMount(await mountedArray(run, guest), array.mountPoint);
  const further: Check[] = [];
  for (const mountPoint of furtherMountPoints(array.layout))
    further.push(judgeMount(readMounted(guest, await tryCommand(ctx, guest, planFindMount(mountPoint))), mountPoint));
  const profiles = mount.outcome === 'held' ? [await profilesAfterReboot(run, machine)] : [];
  const isThere = mount.outcome === 'held' || (await openByHand(run, machine));
  return { parts: [mount, ...further, ...profiles], read: isThere ? await readEverything(run, machine) : null };
}

async function profilesAfterReboot(run: DrillRun, { guest }: Machine): Promise<Check> {
  return judgeProfiles(await ask(run.ctx, guest, lookAt(run.array).filesystemUsage, parseFilesystemUsage), run.array.layout);
}

/** Tells whether the array could be mounted from the members that the repair left. */
async function openByHand(run: DrillRun, { guest }: Machine): Promise<boolean> {
  const { ctx, members } = run;
  // One that crypttab did open is refused here, but is open.
  for (const { container } of members) await tryCommand(ctx, guest, planOpenContainer(container));
  await tryCommand(ctx, guest, command('btrfs', 'device', 'scan'));
  const [first] = members;
  if (first === undefined) return false;
  return (await tryCommand(ctx, guest, planMountArray(run.array, first.container.mappingGuestDevice, 'rw'))).exitCode === 0;
}

interface Read {
  readonly checks: readonly Check[];
  readonly files: FilesSeen;
}

/** The scrub comes first: reading files repairs what it would have reported. */
async function readEverything(run: DrillRun, { guest }: Machine): Promise<Read> {
  const { ctx, members, array } = run;
  // Its exit code says nothing (field notes, 9): the summary is judged, and a scrub without one cannot be read.
  const scrub = judgeScrub(readOutput(guest, await tryCommand(ctx, guest, planScrub(array)), parseScrubStart), members.length);
  const files = await verifyFiles(ctx, guest, run.promised, members[0]?.container.mappingGuestDevice ?? '');
  const stats = judgeDeviceStats(await askDeviceStats(run, guest));
  return { checks: [judgeFiles(files), scrub, stats], files };
}

function judgeReboot(noted: readonly string[], parts: readonly Check[], files: FilesSeen | null, said: KernelLog): Check {
  const lost = files === null ? [] : formatFileDifferences(files);
  const log = judgeKernelLog(said);
  const complaints = log.outcome === 'broken' ? log.evidence : [];
  const flooded = describeUnkept(said);
  const held = files !== null && parts.every((part) => part.outcome === 'held') && lost.length === 0 && complaints.length === 0;
  return {
    name: 'reboot',
    claim: 'It survives a reboot with only what crypttab and fstab say',
    outcome: held ? (flooded.length > 0 ? 'inconclusive' : 'held') : 'broken',
    evidence: [
      ...noted,
      ...parts.flatMap((part) => part.evidence),
      ...lost,
      ...complaints,
      ...flooded,
      ...(held ? [`${describeFilesSeen(files)}, all as written`] : []),
    ],
  };
}
