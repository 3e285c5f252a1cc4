import { availableParallelism } from 'node:os';
import type { Check } from '../../core/verdict.ts';
import { lossesSurvived } from '../../core/layout.ts';
import type { DrillRun } from '../drill-run.ts';
import { examineArray } from './examine-array.ts';
import { examineLoss } from './examine-loss.ts';
import { examineReboot } from './examine-reboot.ts';
import { sideBySide } from './side-by-side.ts';

/**
 * The proof, in eight parts, on the repaired array of a drill whose machine is on:
 * mounted, files, profiles, scrub, device stats, kernel log on the machine itself; then, in copy-on-write forks of its
 * disks, each loss that the profile promises to survive, and a reboot with only what crypttab and fstab say.
 *
 * Checks are reported in this order. The machine is off afterwards and its disks are as the repair left them.
 */
export async function proveArray(run: DrillRun, report: (check: Check) => void): Promise<void> {
  for (const check of await examineArray(run)) report(check);
  await run.shutdown();
  const losses = lossesSurvived(run.array.layout.profile) > 0 ? run.members : [];
  const examinations = [...losses.map((lost) => async () => examineLoss(run, lost)), async () => examineReboot(run)];
  // One machine a core: more break each other's timers.
  for (const checks of await sideBySide(examinations, availableParallelism())) for (const check of checks) report(check);
}
