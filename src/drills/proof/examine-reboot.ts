import { parseFilesystemUsage } from '../../core/btrfs/filesystem-usage.ts';
import { describeFilesSeen, formatFileDifferences } from '../../core/proof/files-seen.ts';
import { judgeKernelLog } from '../../core/proof/judge-kernel-log.ts';
import { judgeMount } from '../../core/proof/judge-mount.ts';
import { judgeProfiles } from '../../core/proof/judge-profiles.ts';
import { planOpenAsBoot } from '../../core/plan/array.ts';
import { lookAt } from '../../core/plan/repair.ts';
import type { Check } from '../../core/verdict.ts';
import { ask, describeRefusal, tryCommand } from '../../storage/type-command.ts';
import { verifyFiles } from '../../storage/verify-files.ts';
import type { DrillRun } from '../drill-run.ts';
import { overlayDisks, startFromKit } from '../machine-kit.ts';
import { mountedArray } from './examine-array.ts';

/** Part 8 of the proof: a fork of the repaired machine is booted, and only crypttab and fstab say what is opened and mounted. */
export async function examineReboot(run: DrillRun): Promise<readonly Check[]> {
  const { ctx, kit } = run;
  await using machine = await startFromKit(ctx, kit, 'reboot', await overlayDisks(ctx, kit, 'reboot', run.disks));
  const { guest } = machine;
  const evidence: string[] = [];
  const opened = await tryCommand(ctx, guest, planOpenAsBoot);
  if (opened.exitCode !== 0) evidence.push(...describeRefusal(opened));
  const mount = judgeMount(await mountedArray(ctx, guest));
  const parts =
    mount.outcome === 'held'
      ? [mount, judgeProfiles(await ask(ctx, guest, lookAt.filesystemUsage, parseFilesystemUsage), run.array.layout.profile)]
      : [mount];
  const files = mount.outcome === 'held' ? await verifyFiles(ctx, guest, run.promised) : null;
  const lost = files === null ? [] : formatFileDifferences(files);
  const log = judgeKernelLog(machine.consoleLines(), machine.troubles());
  const complaints = log.outcome === 'broken' ? log.evidence : [];
  const held = parts.every((part) => part.outcome === 'held') && lost.length === 0 && complaints.length === 0;
  return [
    {
      name: 'reboot',
      claim: 'It survives a reboot with only what crypttab and fstab say',
      outcome: held ? 'held' : 'broken',
      evidence: [
        ...evidence,
        ...parts.flatMap((part) => part.evidence),
        ...lost,
        ...complaints,
        ...(held && files !== null ? [`${describeFilesSeen(files)}, all as written`] : []),
      ],
    },
  ];
}
