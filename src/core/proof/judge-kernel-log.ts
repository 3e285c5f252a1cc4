import type { KernelTrouble } from '../kernel/trouble.ts';
import type { Check } from '../verdict.ts';

/** What btrfs and dm say when they give up writing. Source: fs/btrfs/messages.c (btrfs_handle_fs_error), fs/btrfs/transaction.c. */
const forcedReadOnly = /BTRFS.*(?:forced readonly|Transaction aborted|remounting? (?:fs )?read-?only)/iu;

/**
 * Judges the kernel's console over the whole drill: no BUG, Oops, hung task, no WARNING, no forced read-only.
 *
 * I/O errors of a pulled disk are expected there and are no finding.
 */
export function judgeKernelLog(consoleLines: readonly string[], troubles: readonly KernelTrouble[]): Check {
  const complaints = consoleLines.filter((line) => forcedReadOnly.test(line));
  const evidence = [
    ...troubles.map((trouble) => `${trouble.kind}: ${trouble.what}${trouble.at === null ? '' : ` (${trouble.at.function}+${trouble.at.offset})`}`),
    ...complaints,
  ];
  return {
    name: 'kernel-log',
    claim: 'The kernel log has no BUG, Oops, WARNING, hung task or forced read-only',
    outcome: evidence.length === 0 ? 'held' : 'broken',
    evidence: evidence.length === 0 ? [`${String(consoleLines.length)} console lines, none of them`] : evidence,
  };
}
