/** What drills have in common whose machine has its root on the array. Their boots go on at the console, where no agent is yet. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { bootDisk } from '../../../core/boot/boot-disk.ts';
import { describeBoot } from '../../../core/boot/boot-seen.ts';
import type { InitramfsMaker } from '../../../core/boot/initramfs-maker.ts';
import type { BootSeen } from '../../../core/boot/boot-seen.ts';
import { describeLostRootRace } from '../../../core/boot/lost-race.ts';
import { RaidlabError } from '../../../core/failure/failure.ts';
import { formatCommand } from '../../../core/plan/command.ts';
import type { Command } from '../../../core/plan/command.ts';
import type { PlanLine } from '../../../core/plan/drill-plan.ts';
import { memberPassphrase, planMoveRoot, rootWordsOf } from '../../../core/plan/root-on-array.ts';
import type { RootUnlock } from '../../../core/plan/root-on-array.ts';
import { takeBootFiles } from '../../../machine/image/system/boot-files.ts';
import type { Step } from '../../drill.ts';
import type { DrillRun } from '../../drill-run.ts';
import { lostMemberOf } from '../disks-of.ts';
import { act, typed } from '../plan-line.ts';
import { powerOn } from './boot-steps.ts';

/** Gives the step that moves an installed system onto a new array, whose members its initramfs, by this maker, unlocks so. */
export function moveRoot(unlock: RootUnlock, maker: InitramfsMaker): Step {
  return {
    name: 'move-root',
    title: 'Move the installed system onto a new encrypted array',
    phase: 'build',
    skippable: false,
    plan: (array) => [
      act(`power on, with ${array.members.map(({ serial }) => serial).join(', ')} and ${bootDisk.serial} (blank)`),
      ...typed(...planMoveRoot(array, unlock, maker)),
    ],
    run: async (run) => {
      await run.boot();
      for (const planned of planMoveRoot(run.array, unlock, maker)) await run.type(planned);
    },
  };
}

/** Loses a disk while the machine is off. */
export const loseDiskWhileOff: Step = {
  name: 'lose-disk',
  title: 'Switch off, and lose a disk',
  phase: 'fault',
  skippable: false,
  plan: (array) => [act(`clean shutdown; ${lostMemberOf(array).serial} is dead`)],
  run: async (run) => {
    await run.shutdown();
    await run.pullDisk(lostMemberOf(run.array).serial);
  },
};

/** A machine whose root is the array, while it boots. */
export interface RootBoot {
  readonly boot: Promise<BootSeen>;
  /** Types a command at the console where the boot has ended, in the shell of the initramfs, and gives the next end. */
  readonly typeInShell: (planned: Pick<Command, 'argv'>) => Promise<BootSeen>;
  /** Presses Enter there. */
  readonly pressEnter: () => Promise<BootSeen>;
  /** Says whether it lost a race that no repair causes. */
  readonly describeRace: (seen: BootSeen) => readonly string[];
}

/** What somebody changes in the boot loader, for this one boot. */
export interface BootLoaderEdit {
  /** Mount options of the root, besides its subvolume. */
  readonly flags?: readonly string[];
  /** Words that come behind the others. */
  readonly words?: readonly string[];
}

/**
 * Powers the machine on with what is on its boot disk now, as its boot loader does. Whoever is at the console types the passphrase each time that it is asked for.
 */
export async function powerOnRoot(run: DrillRun, { flags = [], words = [] }: BootLoaderEdit = {}): Promise<RootBoot> {
  const { ctx, kit, disks, array } = run;
  const disk = disks.disks.find(({ serial }) => serial === bootDisk.serial);
  if (disk === undefined) throw new Error(`drill ${run.drill}: its machine has no boot disk`);
  const directoryHostPath = await mkdtemp(join(kit.disksHostPath, 'boot-files-'));
  const { kernel } = kit.parts;
  const files = await takeBootFiles(ctx, { machine: run.drill, disk, release: kernel.version }, directoryHostPath);
  const changes = { kernel: { ...kernel, ...files }, rootWords: [...rootWordsOf(array.layout, ...flags), ...words] };
  const { boot, goOn } = await powerOn(run, { changes, passphrase: memberPassphrase });
  return {
    boot,
    typeInShell: async ({ argv }) => goOn(formatCommand({ argv })),
    pressEnter: async () => goOn(''),
    describeRace: (seen) => describeLostRootRace(seen, run.machine.consoleLines(), run.members.length),
  };
}

/** Gives the line of a plan for a restart at whose console there is somebody; `meanwhile` is what happens while it is off. */
export function restartLine(unlock: RootUnlock, meanwhile?: string): PlanLine {
  const typing = unlock === 'passphrase' ? ['type the passphrase'] : [];
  return act(['clean shutdown', ...(meanwhile === undefined ? [] : [meanwhile]), 'power on', ...typing].join('; '));
}

/** Gives the step that boots from the array with all its disks; no login is machine trouble. */
export function bootFromRoot(unlock: RootUnlock): Step {
  return {
    name: 'boot-from-root',
    title: 'Restart, from the new root',
    phase: 'fault',
    skippable: false,
    plan: () => [restartLine(unlock)],
    run: async (run) => {
      await run.shutdown();
      const { boot, describeRace } = await powerOnRoot(run);
      const seen = await boot;
      const said = [describeBoot(seen), ...describeRace(seen)].join('\n');
      if (seen.end !== 'login') throw new RaidlabError({ area: 'machine', reason: 'boot-failed', machine: run.machine.name, said });
    },
  };
}
