import { lossesSurvived } from '../../core/layout/profile.ts';
import type { Check } from '../../core/verdict/verdict.ts';
import type { DrillRun } from '../drill-run.ts';
import { prepareBoot } from './boot-copy.ts';
import { combinations } from './combinations.ts';
import { examineArray } from './examine-array.ts';
import { examineInForks, goOnWithLosses } from './examine-losses.ts';
import { examineReboot } from './examine-reboot.ts';
import { openLosses } from './open-losses.ts';
import { restartCopy } from './restart-copy.ts';
import { sideBySide } from './side-by-side.ts';

/** The order in which checks are reported; those not named here come before `reboot`, in the order of examination. */
const order = ['mounted', 'members', 'files', 'profiles', 'finished', 'scrub', 'device-stats', 'kernel-log'];

/**
 * Proves the repaired array of a drill whose machine is on. The machine itself is only looked at: mounted, profiles, device stats, kernel
 * log. Then it is shut down, and copies of it, on copy-on-write disks, are used up: one is restarted with only crypttab and fstab,
 * scrubbed and read; the others lose each member in turn. If a core is free and unclaimed, losses are examined beside the restarted copy;
 * the rest of them, or all, are examined in that copy's machine as long as it is as good as new, because each further machine costs a
 * second of a core. Afterwards the machine is off, and its disks are as the repair left them.
 */
export async function proveArray(run: DrillRun, report: (check: Check) => void): Promise<void> {
  const { slots, installed } = run.kit;
  const onMachine = await examineArray(run);
  const boot = installed === undefined ? undefined : await prepareBoot(run, installed);
  await run.shutdown();
  const losses = openLosses(run.members, combinations(run.members, lossesSurvived(run.array.layout)));
  const inRestarted = async (): Promise<readonly Check[]> => {
    // An installed system is not as good as new with other disks: it opens and mounts by itself.
    const checks =
      boot === undefined
        ? await examineReboot(run, restartCopy, async (machine) => goOnWithLosses(run, machine, run.members, losses))
        : await examineReboot(run, boot);
    await examineInForks(run, losses, slots.take);
    return checks;
  };
  const beside = async (): Promise<readonly Check[]> => {
    await examineInForks(run, losses, (_ctx, name) => Promise.resolve(slots.takeSpare(name)));
    return [];
  };
  const [afterReboot = []] = await sideBySide([inRestarted, beside], 2);
  for (const check of inOrder(onMachine, afterReboot, losses.checks())) report(check);
}

/** Sorts the checks into the order of the design. Error counters are checked twice: what reading everything found counts too. */
export function inOrder(onMachine: readonly Check[], afterReboot: readonly Check[], afterLosses: readonly Check[]): readonly Check[] {
  const reboot = afterReboot.filter((check) => check.name === 'reboot');
  const seen = [...onMachine, ...afterReboot];
  const first = order.flatMap((name) => {
    const checks = seen.filter((check) => check.name === name);
    return checks.length === 0 ? [] : [worst(checks)];
  });
  return [...first, ...afterLosses, ...reboot];
}

function worst(checks: readonly Check[]): Check {
  const [first] = checks;
  const found = checks.find((check) => check.outcome === 'broken') ?? checks.find((check) => check.outcome === 'inconclusive') ?? first;
  if (found === undefined) throw new RangeError('no checks');
  return found;
}
