import { parseDumpSuper } from '../../core/btrfs/dump-super.ts';
import type { SuperBlock } from '../../core/btrfs/dump-super.ts';
import type { Command } from '../../core/plan/command.ts';
import { planOpenContainer } from '../../core/plan/container.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import { planDumpSuper, planForgetDevices, planScanDevices, planWipeSignatures } from '../../core/plan/member.ts';
import { judgeGenerations } from '../../core/proof/judge-super-blocks.ts';
import type { SuperBlockSeen } from '../../core/proof/judge-super-blocks.ts';
import { describeRefusal, readOutput } from '../../storage/type-command.ts';
import type { DrillRun } from '../drill-run.ts';

/** The commands that open containers, and print each one's super block; nothing is mounted, so nothing changes. */
export function planInspect(containers: readonly ContainerPlan[]): readonly Command[] {
  return [...containers.map(planOpenContainer), ...containers.map((container) => planDumpSuper(container.mappingGuestDevice))];
}

/** Types the commands of {@link planInspect} and gives the super blocks, in the order of the containers. */
export async function inspect(run: DrillRun, containers: readonly ContainerPlan[]): Promise<readonly SuperBlock[]> {
  for (const container of containers) await run.type(planOpenContainer(container));
  const superBlocks: SuperBlock[] = [];
  for (const { mappingGuestDevice } of containers) superBlocks.push(await run.ask(planDumpSuper(mappingGuestDevice), parseDumpSuper));
  return superBlocks;
}

/** Judges whether the last transaction of the unmounted array wrote all these devices. */
export async function judgeLastWritten(run: DrillRun, guestDevices: readonly string[]): Promise<void> {
  const seen: SuperBlockSeen[] = [];
  for (const guestDevice of guestDevices) seen.push(await lookAtSuperBlock(run, guestDevice));
  run.judge(judgeGenerations(seen));
}

/** A device that is not open has no super block, which is an answer. */
async function lookAtSuperBlock(run: DrillRun, guestDevice: string): Promise<SuperBlockSeen> {
  const result = await run.try(planDumpSuper(guestDevice));
  if (result.exitCode !== 0) return { guestDevice, superBlock: null, refusal: describeRefusal(result) };
  return { guestDevice, superBlock: readOutput(run.guest, result, parseDumpSuper), refusal: [] };
}

/** The commands that make devices nobody's members: their signatures are removed, and the kernel forgets what it learned when they were opened. */
export function planWipeMembers(containers: readonly ContainerPlan[]): readonly Command[] {
  return [...containers.map((container) => planWipeSignatures(container.mappingGuestDevice)), planForgetDevices(), planScanDevices()];
}
