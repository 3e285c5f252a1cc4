import { btrfsComplaints } from '../kernel/complaints.ts';
import type { KernelTrouble } from '../kernel/trouble.ts';
import type { Check } from '../verdict.ts';

/**
 * Judges the kernel's console over the whole drill: no BUG, Oops, hung task, no WARNING, no forced read-only.
 *
 * I/O errors of a pulled disk are expected there and are no finding.
 */
export function judgeKernelLog(consoleLines: readonly string[], troubles: readonly KernelTrouble[]): Check {
  const gaveUp = btrfsComplaints(consoleLines).filter((complaint) => complaint.stopsWriting);
  const evidence = [
    ...troubles.map((trouble) => `${trouble.kind}: ${trouble.what}${trouble.at === null ? '' : ` (${trouble.at.function}+${trouble.at.offset})`}`),
    ...gaveUp.map((complaint) => complaint.text),
  ];
  return {
    name: 'kernel-log',
    claim: 'The kernel log has no BUG, Oops, WARNING, hung task or forced read-only',
    outcome: evidence.length === 0 ? 'held' : 'broken',
    evidence: evidence.length === 0 ? [`${String(consoleLines.length)} console lines, none of them`] : evidence,
  };
}
