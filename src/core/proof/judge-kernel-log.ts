import { formatPlace } from '../kernel/code-place.ts';
import { btrfsComplaints } from '../kernel/complaints.ts';
import type { KernelLog } from '../kernel/kernel-log.ts';
import { isCrash } from '../kernel/trouble.ts';
import type { KernelTrouble } from '../kernel/trouble.ts';
import type { Check, CheckOutcome } from '../verdict/verdict.ts';

/** The modules whose warnings concern the array: btrfs and what lies below it. */
const storageModules = /^(?:btrfs|dm_.*|scsi_mod|sd_mod|virtio_scsi|raid6_pq|xor)$/u;

/**
 * Judges the kernel's console over the whole drill: no BUG, Oops, hung task, no WARNING from btrfs or dm, no forced read-only. I/O errors
 * of a pulled disk are expected and not a finding. A stall makes it `inconclusive`, because a starved virtual CPU looks the same; so does
 * a flood that was not kept in full. A warning from elsewhere in the kernel is shown, but is not a finding about storage.
 */
export function judgeKernelLog(log: KernelLog): Check {
  const { consoleLines, troubles } = log;
  const findings = [
    ...troubles.filter((trouble) => isCrash(trouble) || (trouble.kind === 'warning' && isAboutStorage(trouble))).map(describeTrouble),
    ...btrfsComplaints(consoleLines)
      .filter((complaint) => complaint.stopsWriting)
      .map((complaint) => complaint.text),
  ];
  const doubts = [...troubles.filter((trouble) => trouble.kind === 'stall').map(describeTrouble), ...describeUnkept(log)];
  const others = troubles.filter((trouble) => trouble.kind === 'warning' && !isAboutStorage(trouble)).map(describeTrouble);
  return {
    name: 'kernel-log',
    claim: 'The kernel log has no BUG, Oops, hung task, WARNING from btrfs or dm, or forced read-only',
    outcome: outcomeOf(findings, doubts),
    evidence: [
      ...findings,
      ...doubts,
      ...others,
      ...(findings.length + doubts.length === 0 ? [`${String(consoleLines.length)} console lines, none of them`] : []),
    ],
  };
}

/** Formats kernel trouble as a line: `warning: fs/btrfs/x.c:12 (btrfs_f+0x1d)`. */
export function describeTrouble(trouble: KernelTrouble): string {
  return `${trouble.kind}: ${trouble.what}${trouble.at === null ? '' : ` (${formatPlace(trouble.at)})`}`;
}

/** Says how much of a log was not kept, and so not judged; empty when all of it was. */
export function describeUnkept({ unkept }: KernelLog): readonly string[] {
  const { lines, troubles } = unkept;
  if (lines + troubles === 0) return [];
  return [`a flood: ${String(lines)} console lines and ${String(troubles)} reports more came than are kept, and were not judged`];
}

function outcomeOf(findings: readonly string[], doubts: readonly string[]): CheckOutcome {
  if (findings.length > 0) return 'broken';
  return doubts.length > 0 ? 'inconclusive' : 'held';
}

function isAboutStorage(trouble: KernelTrouble): boolean {
  const modules = [trouble.at?.module, ...trouble.trace.filter((entry) => !entry.uncertain).map((entry) => entry.module)];
  return modules.some((module) => typeof module === 'string' && storageModules.test(module));
}
