import type { CheckOutcome } from '../verdict.ts';
import { btrfsComplaints } from './complaints.ts';
import type { Complaint } from './complaints.ts';
import { parseConsoleLine } from './console-line.ts';
import { findTroubles } from './observe-console-line.ts';
import { isCrash } from './trouble.ts';
import type { KernelTrouble } from './trouble.ts';

/** What a kernel log came to, and why. */
export interface KernelLogJudgement {
  readonly outcome: CheckOutcome;
  /** One fact per line, the worst first; never empty. */
  readonly evidence: readonly string[];
  readonly troubles: readonly KernelTrouble[];
  readonly complaints: readonly Complaint[];
}

/**
 * Judges a kernel log for the proof: broken by a BUG, an oops, a panic, a hung task, a lockup, a warning from btrfs or
 * device-mapper code, or a filesystem that was forced read-only. Inconclusive when the machine was starved, or when there is no
 * kernel line at all. Complaints below that (I/O errors of a disk that was pulled on purpose) are evidence and do not decide.
 */
export function judgeKernelLog(lines: readonly string[]): KernelLogJudgement {
  const troubles = findTroubles(lines);
  const complaints = btrfsComplaints(lines);
  const kernelLines = lines.filter((line) => parseConsoleLine(line).atSeconds !== null).length;
  const breaking = troubles.filter((trouble) => isCrash(trouble) || isStorageWarning(trouble));
  const stopped = complaints.filter((complaint) => complaint.stopsWriting);
  const others = troubles.filter((trouble) => !breaking.includes(trouble));
  const remaining = complaints.filter((complaint) => !complaint.stopsWriting);
  const evidence = [
    ...breaking.map(describeTrouble),
    ...stopped.map(describeComplaint),
    ...others.map(describeTrouble),
    ...remaining.map(describeComplaint),
  ];
  const outcome = judgeOutcome(breaking.length + stopped.length > 0, troubles, kernelLines);
  const summary = kernelLines === 0 ? 'no kernel line was read' : `${String(kernelLines)} kernel lines, no trouble in them`;
  return { outcome, evidence: evidence.length === 0 ? [summary] : evidence, troubles, complaints };
}

function judgeOutcome(isBroken: boolean, troubles: readonly KernelTrouble[], kernelLines: number): CheckOutcome {
  if (isBroken) return 'broken';
  return kernelLines === 0 || troubles.some((trouble) => trouble.kind === 'stall') ? 'inconclusive' : 'held';
}

/** A warning counts when storage code raised it, by the module or by the file that it names. */
function isStorageWarning(trouble: KernelTrouble): boolean {
  if (trouble.kind !== 'warning') return false;
  const module = trouble.at?.module ?? '';
  return /^(?:btrfs|dm_\w+)$/u.test(module) || /\bfs\/btrfs\/|\bdrivers\/md\//u.test(trouble.what);
}

function describeTrouble(trouble: KernelTrouble): string {
  const place = trouble.at === null ? '' : ` in ${trouble.at.function}+${trouble.at.offset}`;
  const process = trouble.process === null ? '' : `, process ${trouble.process.name} (${String(trouble.process.pid)})`;
  const during = trouble.during === null ? '' : `, during ${trouble.during}`;
  return `${stampOf(trouble.atSeconds)}${trouble.kind}: ${trouble.what}${place}${process}${during}`;
}

function describeComplaint(complaint: Complaint): string {
  return `${stampOf(complaint.atSeconds)}${complaint.severity}: ${complaint.text}`;
}

function stampOf(atSeconds: number | null): string {
  return atSeconds === null ? '' : `[${atSeconds.toFixed(6)}] `;
}
