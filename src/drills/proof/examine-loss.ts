import { describeFilesSeen, formatFileDifferences } from '../../core/proof/files-seen.ts';
import { planMountWith, planUnmount } from '../../core/plan/array.ts';
import { command } from '../../core/plan/command.ts';
import type { Command } from '../../core/plan/command.ts';
import { planOpenContainer } from '../../core/plan/container.ts';
import { arrayGuestPath } from '../../core/layout.ts';
import { judgeKernelLog } from '../../core/proof/judge-kernel-log.ts';
import type { Check } from '../../core/verdict.ts';
import type { Guest } from '../../machine/guest.ts';
import type { Context } from '../../machine/context.ts';
import { ask, CommandRefused, describeRefusal, tryCommand, typeCommand } from '../../storage/type-command.ts';
import { verifyFiles } from '../../storage/verify-files.ts';
import type { Promised } from '../../storage/verify-files.ts';
import type { DrillRun, Member } from '../drill-run.ts';
import { overlayDisks, startFromKit } from '../machine-kit.ts';

/**
 * Part 7 of the proof: the array without as many members as its profile bears to lose, in a fork. Mounted `degraded,ro` everything is read and compared;
 * then it is mounted `degraded`, read-write, and written.
 */
export async function examineLoss(run: DrillRun, lost: readonly Member[]): Promise<readonly Check[]> {
  const { ctx, kit } = run;
  const survivors = run.members.filter((member) => !lost.includes(member));
  const serials = survivors.map((member) => member.container.serial);
  const only = serials.length === 1;
  const lostSerials = lost.map((member) => member.container.serial);
  const name = only ? `leg-alone-${serials.join('')}` : `without-${lostSerials.join('-')}`;
  const machineName = name.toLowerCase();
  const disks = { ...run.disks, disks: run.disks.disks.filter((disk) => serials.includes(disk.serial)) };
  await using machine = await startFromKit(ctx, kit, machineName, await overlayDisks(ctx, kit, machineName, disks));
  const { guest } = machine;
  const opened = await openAll(ctx, guest, survivors);
  const evidence = opened ?? (await examineDegraded(run, guest, survivors, lostSerials.join(' and ')));
  const log = judgeKernelLog(machine.consoleLines(), machine.troubles());
  const findings = [...evidence.findings, ...(log.outcome === 'broken' ? log.evidence : [])];
  return [
    {
      name,
      claim: only
        ? `${serials.join('')} alone serves every file and can be written: the array survives losing ${lostSerials.join(' and ')}`
        : `Without ${lostSerials.join(' and ')} the others serve every file and can be written`,
      outcome: findings.length === 0 ? 'held' : 'broken',
      evidence: findings.length === 0 ? evidence.facts : findings,
    },
  ];
}

interface Evidence {
  readonly facts: readonly string[];
  /** Empty when the loss is survived. */
  readonly findings: readonly string[];
}

/** Opens the survivors' containers; gives the evidence when one cannot be opened, undefined when all are. */
async function openAll(ctx: Context, guest: Guest, survivors: readonly Member[]): Promise<Evidence | undefined> {
  for (const survivor of survivors) {
    const result = await tryCommand(ctx, guest, withoutUdev(planOpenContainer(survivor.container)));
    if (result.exitCode !== 0)
      return { facts: [], findings: [`the container of ${survivor.container.serial} does not open`, ...describeRefusal(result)] };
  }
  // Only the mounted member is looked for by the mount itself.
  if (survivors.length > 1) await ask(ctx, guest, command('btrfs', 'device', 'scan'), String);
  return undefined;
}

/** The mapping's node is made by libdevmapper itself, at once: in a copy that is examined nobody needs what udev says of it. Source: dmsetup(8), DM_DISABLE_UDEV. */
function withoutUdev({ argv, ...planned }: Command): Command {
  return { ...planned, argv: ['env', 'DM_DISABLE_UDEV=1', ...argv] };
}

async function examineDegraded(run: DrillRun, guest: Guest, survivors: readonly Member[], lost: string): Promise<Evidence> {
  const { ctx } = run;
  const device = survivors[0]?.container.mappingGuestDevice ?? '';
  await ask(ctx, guest, command('mkdir', '-p', arrayGuestPath), String);
  const readOnly = await tryCommand(ctx, guest, planMountWith(device, 'degraded,ro'));
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
  const files = await verifyFiles(ctx, guest, run.promised);
  const lostFiles = formatFileDifferences(files).map((difference) => `lost with ${lost}: ${difference}`);
  await ask(ctx, guest, planUnmount(), String);
  const writable = await examineWritable(ctx, guest, device);
  return {
    facts: [`degraded, read-only: ${describeFilesSeen(files)}, all as written`, ...writable.facts],
    findings: [...lostFiles, ...writable.findings],
  };
}

/** Gives the guest path of everything that was promised to be on the array. */
function promisedNames(promised: Promised): readonly string[] {
  return [
    ...promised.manifests.flatMap((manifest) => manifest.entries.map((entry) => `${arrayGuestPath}/${manifest.directory}/${entry.path}`)),
    ...promised.journals.map((journal) => `${journal.guestPath} (${String(journal.acknowledged)} acknowledged records)`),
  ];
}

async function examineWritable(ctx: Context, guest: Guest, device: string): Promise<Evidence> {
  const mounted = await tryCommand(ctx, guest, planMountWith(device, 'degraded'));
  if (mounted.exitCode !== 0) return { facts: [], findings: ['mount -o degraded (read-write) is refused', ...describeRefusal(mounted)] };
  try {
    await typeCommand(ctx, guest, { argv: ['tee', `${arrayGuestPath}/written-by-the-proof`], stdin: 'still writable\n' });
    await typeCommand(ctx, guest, command('sync', '-f', arrayGuestPath));
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return { facts: [], findings: ['mounted degraded, but it cannot be written', ...describeRefusal(error.result)] };
  }
  return { facts: ['degraded, read-write: mounted and written'], findings: [] };
}
