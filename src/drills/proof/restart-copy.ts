import { planOpenAsBoot } from '../../core/plan/array.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import type { Machine } from '../../machine/machine.ts';
import { describeRefusal, tryCommand } from '../../storage/type-command.ts';
import { overlayDisks, startFromKit } from '../begin/machine-kit.ts';
import type { DrillRun } from '../drill-run.ts';

/** A copy of the repaired machine that was switched on, to be used up. */
export interface RestartedCopy {
  readonly machine: Machine;
  /** Resolves when nothing more of the storage comes by itself. */
  readonly settled: () => Promise<StorageSettled>;
}

/** What came of a boot, as far as it is more than what is mounted then. */
export interface StorageSettled {
  /** What was refused or done on the way, as evidence. */
  readonly noted: readonly string[];
  /** Further checks that the reboot must hold. */
  readonly checks: readonly Check[];
  /** Whether commands can be typed in it. */
  readonly answers: boolean;
}

/** Switches a copy of the repaired machine on. */
export type RestartCopy = (run: DrillRun) => Promise<RestartedCopy>;

/** The name of the copy's machine. */
export const copyName = 'reboot';

/** Restarts the repaired machine's own small system, in a copy: Debian's cryptdisks and `mount -a` do what crypttab and fstab say. */
export const restartCopy: RestartCopy = async ({ ctx, kit, disks }) => {
  const machine = await startFromKit(ctx, kit, copyName, await overlayDisks(ctx, kit, copyName, disks));
  return {
    machine,
    settled: async () => {
      const opened = await tryCommand(ctx, machine.guest, planOpenAsBoot);
      return { noted: opened.exitCode === 0 ? [] : describeRefusal(opened), checks: [], answers: true };
    },
  };
};
