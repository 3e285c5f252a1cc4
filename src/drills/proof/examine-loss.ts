import { describeFilesSeen, formatFileDifferences } from '../../core/proof/files-seen.ts';
import { planMountArray, planUnmount, topLevelGuestPath } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { planOpenContainer } from '../../core/plan/container.ts';
import { describeUnkept, judgeKernelLog } from '../../core/proof/judge-kernel-log.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import type { Guest } from '../../machine/guest.ts';
import type { Context } from '../../machine/context.ts';
import { waitForDiskNamesGone } from '../../machine/start/wait-for-disk-names.ts';
import type { Machine } from '../../machine/machine.ts';
import { ask, CommandRefused, describeRefusal, tryCommand, typeCommand } from '../../storage/type-command.ts';
import { proofFile, verifyFiles } from '../../storage/verify-files.ts';
import type { Promised } from '../../storage/verify-files.ts';
import type { DrillRun } from '../drill-run.ts';
import type { Member } from '../../core/array/member.ts';
import { kernelLogOf } from '../kernel-log.ts';
import type { KernelLog } from '../../core/kernel/kernel-log.ts';
import type { Examination } from './open-losses.ts';

/**
 * Part 7 of the proof, for one loss, in a machine with copies of the survivors' disks only: mounted `degraded,ro` everything is read and
 * compared; then it is mounted `degraded`, read-write, and written to. Earlier kernel output is not judged.
 */
export async function examineLoss(run: DrillRun, machine: Machine, examination: Examination, saidBefore?: KernelLog): Promise<Check> {
  const { ctx } = run;
  const { survivors, lost, name, claim } = examination;
  const evidence = (await openAll(ctx, machine.guest, survivors)) ?? (await examineDegraded(run, machine.guest, survivors, lost));
  const said = kernelLogOf(machine, saidBefore);
  const log = judgeKernelLog(said);
  const findings = [...evidence.findings, ...(log.outcome === 'broken' ? log.evidence : [])];
  if (findings.length > 0) return { name, claim, outcome: 'broken', evidence: findings };
  const flooded = describeUnkept(said);
  return { name, claim, outcome: flooded.length > 0 ? 'inconclusive' : 'held', evidence: [...flooded, ...evidence.facts] };
}

/**
 * Removes the mounted array of these members and all disks from a machine and makes its kernel forget them; tells whether every command
 * succeeded.
 */
export async function putAway({ ctx, array }: DrillRun, machine: Machine, members: readonly Member[]): Promise<boolean> {
  const commands = [
    planUnmount(array),
    // What `cryptsetup close` does, for all members at once and without the parts that opening a container needs.
    withoutUdev(command('dmsetup', 'remove', ...members.map(({ container }) => container.mappingName))),
    command('btrfs', 'device', 'scan', '--forget'),
  ];
  for (const planned of commands) if ((await tryCommand(ctx, machine.guest, planned)).exitCode !== 0) return false;
  const disks = [...machine.disks()];
  for (const { serial } of disks) await machine.pullDisk(ctx, serial);
  return waitForDiskNamesGone(ctx, machine.guest, disks);
}

interface Evidence {
  readonly facts: readonly string[];
  /** Empty when the loss is survived. */
  readonly findings: readonly string[];
}

/** Opens the survivors' containers; gives the evidence when one cannot be opened, otherwise undefined. */
async function openAll(ctx: Context, guest: Guest, survivors: readonly Member[]): Promise<Evidence | undefined> {
  for (const survivor of survivors) {
    const result = await tryCommand(ctx, guest, withoutUdev(planOpenContainer(survivor.container)));
    if (result.exitCode !== 0)
      return { facts: [], findings: [`the container of ${survivor.container.serial} does not open`, ...describeRefusal(result)] };
  }
  // The mount itself only looks for the mounted member.
  if (survivors.length > 1) await ask(ctx, guest, command('btrfs', 'device', 'scan'), String);
  return undefined;
}

/**
 * libdevmapper makes the mapping's node itself, at once: in a copy under examination nobody needs udev's view of it. Source: dmsetup(8),
 * DM_DISABLE_UDEV.
 */
function withoutUdev({ argv, ...planned }: Command): Command {
  return { ...planned, argv: ['env', 'DM_DISABLE_UDEV=1', ...argv] };
}

async function examineDegraded(run: DrillRun, guest: Guest, survivors: readonly Member[], lost: string): Promise<Evidence> {
  const { ctx, array } = run;
  const device = survivors[0]?.container.mappingGuestDevice ?? '';
  await ask(ctx, guest, command('mkdir', '-p', array.mountPoint), String);
  const readOnly = await tryCommand(ctx, guest, planMountArray(array, device, 'degraded', 'ro'));
  if (readOnly.exitCode !== 0) {
    const names = promisedNames(run.promised);
    return {
      facts: [],
      findings: [
        `mount -o degraded,ro is refused: everything would be lost with ${lost}, ${String(names.length)} names`,
        ...describeRefusal(readOnly),
        ...names.map((name) => `lost with ${lost}: ${name}`),
      ],
    };
  }
  const files = await verifyFiles(ctx, guest, run.promised, device);
  const lostFiles = formatFileDifferences(files).map((difference) => `lost with ${lost}: ${difference}`);
  await ask(ctx, guest, planUnmount(array), String);
  const writable = await examineWritable(run, guest, device);
  return {
    facts: [`degraded, read-only: ${describeFilesSeen(files)}, all as written`, ...writable.facts],
    findings: [...lostFiles, ...writable.findings],
  };
}

/** Gives the guest paths of everything promised to be on the array. */
function promisedNames(promised: Promised): readonly string[] {
  return [
    ...promised.trees.flatMap(({ guestPath, manifest }) => manifest.entries.map((entry) => `${guestPath}/${entry.path}`)),
    ...promised.files.map((file) => file.guestPath),
    ...(promised.census?.manifest.entries ?? []).map((entry) => `${topLevelGuestPath}/${entry.path}`),
    ...promised.journals.map((journal) => `${journal.guestPath} (${String(journal.acknowledged)} acknowledged records)`),
  ];
}

async function examineWritable(run: DrillRun, guest: Guest, device: string): Promise<Evidence> {
  const { ctx, array } = run;
  const mounted = await tryCommand(ctx, guest, planMountArray(array, device, 'degraded'));
  if (mounted.exitCode !== 0) return { facts: [], findings: ['mount -o degraded (read-write) is refused', ...describeRefusal(mounted)] };
  try {
    await typeCommand(ctx, guest, { argv: ['tee', `${array.mountPoint}/${proofFile}`], stdin: 'still writable\n' });
    await typeCommand(ctx, guest, command('sync', '-f', array.mountPoint));
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return { facts: [], findings: ['mounted degraded, but it cannot be written', ...describeRefusal(error.result)] };
  }
  return { facts: ['degraded, read-write: mounted and written'], findings: [] };
}
