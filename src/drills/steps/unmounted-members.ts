import { parseDumpSuper } from '../../core/btrfs/dump-super.ts';
import type { SuperBlock } from '../../core/btrfs/dump-super.ts';
import type { Command } from '../../core/plan/command.ts';
import { planOpenContainer } from '../../core/plan/container.ts';
import type { ContainerPlan } from '../../core/plan/container.ts';
import { planDumpSuper, planForgetDevices, planScanDevices, planWipeSignatures } from '../../core/plan/member.ts';
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

/** The commands that make devices nobody's members: their signatures are removed, and the kernel forgets what it learned when they were opened. */
export function planWipeMembers(containers: readonly ContainerPlan[]): readonly Command[] {
  return [...containers.map((container) => planWipeSignatures(container.mappingGuestDevice)), planForgetDevices(), planScanDevices()];
}
