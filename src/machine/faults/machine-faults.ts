import { isDeepStrictEqual } from 'node:util';
import { RaidlabError } from '../../core/failure/failure.ts';
import { isDamage } from '../../core/fault/fault.ts';
import type { DiskDamage, Fault, StandingFault } from '../../core/fault/fault.ts';
import { judgeFault } from '../../core/fault/judge-fault.ts';
import type { ArrayDisks } from '../start/array-disks.ts';
import type { Context } from '../context.ts';
import { formatNodeNames } from '../qemu/block-nodes.ts';
import type { QmpClient } from '../qmp/qmp-client.ts';
import { damageImage } from './damage-image.ts';
import { exportDisk } from './export-disk.ts';
import type { FaultChains } from './fault-chains.ts';

/** The faults of a running machine's disks. */
export interface MachineFaults {
  /** The standing faults, disk by disk, in order of injection: give them to the next machine with the same disks. */
  readonly list: () => readonly StandingFault[];
  /** Injects a fault; resolves when the guest's next request meets it. A pulled disk can have one too. */
  readonly inject: (ctx: Context, fault: Fault) => Promise<void>;
  /** Gives the disks of a machine that does not run yet the faults they had. */
  readonly restore: (ctx: Context, faults: readonly StandingFault[]) => Promise<void>;
  /** Clears a standing fault; resolves when the guest's next request does not meet it. */
  readonly clear: (ctx: Context, fault: StandingFault) => Promise<void>;
}

/** What faults are made with. */
export interface FaultSite {
  readonly qmp: QmpClient;
  readonly disks: ArrayDisks;
  readonly chains: FaultChains;
  readonly scratchHostPath: string;
}

/** Manages the faults of a machine; simultaneous injections are done one after the other. */
export function keepMachineFaults(site: FaultSite): MachineFaults {
  const { chains } = site;
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    const mine = turn.then(act);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const replace = (ctx: Context, serial: string, faults: readonly StandingFault[]): Promise<void> =>
    chains.replace(ctx, serial, faults, hasDevice(site, serial));
  const inject = (ctx: Context, fault: Fault): Promise<void> =>
    inTurn(async () => {
      const sizeBytes = await measureDisk(ctx, site, fault.disk);
      const trouble = judgeFault(fault, sizeBytes);
      if (trouble !== undefined) throw misuse(`disk ${fault.disk} cannot have this fault: ${trouble}`);
      if (isDamage(fault)) {
        await damage(ctx, site, fault, sizeBytes);
        return;
      }
      const faults = chains.faultsOf(fault.disk);
      if (faults.some((standing) => isDeepStrictEqual(standing, fault))) throw misuse(`disk ${fault.disk} has this fault already`);
      await replace(ctx, fault.disk, [...faults, fault]);
    });
  return {
    list: chains.list,
    inject,
    restore: async (ctx, faults) => {
      if (faults.length === 0) return;
      // A fork's images become active with `cont`, and a filter over an inactive one is refused.
      await site.qmp.execute(ctx, 'blockdev-set-active', { active: true });
      for (const fault of faults) await inject(ctx, fault);
    },
    clear: (ctx, fault) =>
      inTurn(async () => {
        const faults = chains.faultsOf(fault.disk);
        const left = faults.filter((standing) => !isDeepStrictEqual(standing, fault));
        if (left.length === faults.length) throw misuse(`disk ${fault.disk} does not have the fault that is to be cleared`);
        await replace(ctx, fault.disk, left);
      }),
  };
}

async function damage(ctx: Context, site: FaultSite, fault: DiskDamage, sizeBytes: number): Promise<void> {
  const { qmp, chains, scratchHostPath } = site;
  const serial = fault.disk;
  const drive = hasDevice(site, serial) ? chains.driveOf(serial) : undefined;
  await exportDisk(ctx, qmp, scratchHostPath, { serial, sizeBytes, drive }, (uri) =>
    damageImage(ctx, { format: 'raw', location: uri }, fault),
  );
}

function hasDevice({ disks }: FaultSite, serial: string): boolean {
  return disks.list().some((disk) => disk.serial === serial);
}

async function measureDisk(ctx: Context, { qmp }: FaultSite, serial: string): Promise<number> {
  const nodes = await qmp.execute(ctx, 'query-named-block-nodes', { flat: true });
  const node = nodes.find((candidate) => candidate['node-name'] === formatNodeNames(serial).format);
  if (node === undefined) throw misuse(`disk ${serial} cannot have a fault: it was never in the machine`);
  return node.image['virtual-size'];
}

function misuse(message: string): RaidlabError {
  return new RaidlabError({ area: 'host', reason: 'internal', message });
}
