import { rm, writeFile } from 'node:fs/promises';
import type { StandingFault } from '../../core/fault/fault.ts';
import { fileFailure } from '../cache/file-failure.ts';
import { steadyContext } from '../context.ts';
import type { Context } from '../context.ts';
import { formatNodeNames } from '../qemu/block-nodes.ts';
import type { QmpClient } from '../qmp/qmp-client.ts';
import type { ObjectOptions } from '../qmp/qmp-protocol.ts';
import { planFaultChain } from './plan-fault-chain.ts';
import type { FaultChain, FilterNode } from './plan-fault-chain.ts';

/** The filters between the array disks of a running machine and their images. */
export interface FaultChains {
  /** Gives the node that the device of a disk must use. */
  readonly driveOf: (serial: string) => string;
  /** The faults of a disk, in order of injection. */
  readonly faultsOf: (serial: string) => readonly StandingFault[];
  /** Every fault, disk by disk. */
  readonly list: () => readonly StandingFault[];
  /** Replaces the faults of a disk, in one step for the guest if its device is in the machine. */
  readonly replace: (ctx: Context, serial: string, faults: readonly StandingFault[], hasDevice: boolean) => Promise<void>;
}

/** Sets the node that a device uses from now on. Pending requests end on the old one first. Source: QEMU, set_drive_helper. */
export function planDrive(serial: string, node: string) {
  return { path: `/machine/peripheral/${serial}`, property: 'drive', value: node } as const;
}

interface Standing {
  readonly faults: readonly StandingFault[];
  readonly chain: FaultChain;
}

/** Manages the fault filters of a machine; rule files are in its scratch directory for a moment. */
export function keepFaultChains(qmp: QmpClient, scratchHostPath: string): FaultChains {
  const standing = new Map<string, Standing>();
  let generation = 0;
  const driveOf = (serial: string): string => standing.get(serial)?.chain.top ?? formatNodeNames(serial).format;
  return {
    driveOf,
    faultsOf: (serial) => standing.get(serial)?.faults ?? [],
    list: () => [...standing.values()].flatMap(({ faults }) => faults),
    replace: async (ctx, serial, faults, hasDevice) => {
      generation += 1;
      const before = standing.get(serial)?.chain;
      const chain = planFaultChain({ serial, faults, scratchHostPath, generation });
      await addChain(ctx, qmp, chain);
      try {
        if (hasDevice) await qmp.execute(ctx, 'qom-set', planDrive(serial, chain.top));
      } catch (error) {
        await removeChain(steadyContext(ctx), qmp, chain).catch(() => undefined);
        throw error;
      }
      if (faults.length === 0) standing.delete(serial);
      else standing.set(serial, { faults, chain });
      if (before !== undefined) await removeChain(ctx, qmp, before);
    },
  };
}

async function addChain(ctx: Context, qmp: QmpClient, chain: FaultChain): Promise<void> {
  const objects: ObjectOptions[] = [];
  const nodes: FilterNode[] = [];
  try {
    for (const { hostPath, text } of chain.ruleFiles) await writeRules(hostPath, text);
    for (const object of chain.objects) {
      await qmp.execute(ctx, 'object-add', object);
      objects.push(object);
    }
    for (const node of chain.nodes) {
      await qmp.execute(ctx, 'blockdev-add', node);
      nodes.push(node);
    }
  } catch (error) {
    await removeChain(steadyContext(ctx), qmp, { objects, nodes }).catch(() => undefined);
    throw error;
  } finally {
    for (const { hostPath } of chain.ruleFiles) await rm(hostPath, { force: true });
  }
}

async function removeChain(ctx: Context, qmp: QmpClient, { nodes, objects }: Pick<FaultChain, 'nodes' | 'objects'>): Promise<void> {
  for (const node of nodes.toReversed()) await qmp.execute(ctx, 'blockdev-del', { 'node-name': node['node-name'] });
  for (const { id } of objects) await qmp.execute(ctx, 'object-del', { id });
}

async function writeRules(hostPath: string, text: string): Promise<void> {
  try {
    await writeFile(hostPath, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw fileFailure(error, { hostPath, holds: 'the rules of a fault', doing: 'injecting a fault' });
  }
}
