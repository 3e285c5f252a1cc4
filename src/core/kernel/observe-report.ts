import type { Announcement } from './announcement.ts';
import { isOfTrace } from './code-place.ts';
import type { ConsoleLine } from './console-line.ts';
import { extendReport, keepInTranscript, openReport, reportLineLimit, strangerLimit, troubleOf } from './open-report.ts';
import type { OpenReport } from './open-report.ts';
import { isReportLine } from './report-line.ts';
import { noStorageActivity, observeStorageActivity } from './storage-activity.ts';
import type { StorageActivity } from './storage-activity.ts';
import type { KernelTrouble } from './trouble.ts';

/*
 * The recogniser of kernel reports: a pure reducer over the kernel's own lines. The caller decides who wrote
 * a line and what it announces: a machine's console and a person's log are read differently.
 *
 *            cut here             announcement                  end marker, or the stack's end
 *   quiet ─────────────► prelude ──────────────► report, open ─────────────────────────────────► report, complete
 *     ▲                     │                        │  another announcement: found, next one opens   │
 *     └─────────────────────┴────────────────────────┴───────── found: a line of somebody else ───────┘
 *
 * A complete report stays open for what may still belong to it (the summary of registers that kernels since 4.18 print after the
 * end marker, the panic that `panic_on_oops` brings) and is found with the next line that does not. A warning is found at once.
 */

/** What the recogniser knows between two lines. */
export interface ReportWatch {
  /** The open report; null when there is none. */
  readonly report: OpenReport | null;
  /** Raw lines since a `cut here` that has not been followed by an announcement yet. */
  readonly prelude: readonly string[];
  readonly activity: StorageActivity;
}

/** The result of one line. */
export interface Observed<Watch extends ReportWatch> {
  readonly state: Watch;
  /** Finished reports, oldest first; usually empty. */
  readonly found: readonly KernelTrouble[];
}

/** The recogniser before the first line. */
export const initialReportWatch: ReportWatch = { report: null, prelude: [], activity: noStorageActivity };

/** How many lines may stand between `cut here` and the announcement: printk text of WARN(), `assertion failed: …`. */
const preludeLimit = 12;

/** Takes the kernel's next line with its announcement, and gives the new state and the finished reports. Never throws. */
export function observeKernelLine<Watch extends ReportWatch>(
  state: Watch,
  line: ConsoleLine,
  rawLine: string,
  announcement: Announcement | null,
): Observed<Watch> {
  const seen = { ...state, activity: observeStorageActivity(state.activity, line.text) };
  if (/^-+\[ cut here \]-+$/u.test(line.text.trim())) {
    return { state: { ...seen, report: null, prelude: [rawLine] }, found: foundIn(seen.report) };
  }
  if (announcement !== null) return observeAnnouncement(seen, announcement, line, rawLine);
  if (seen.report === null) return { state: { ...seen, prelude: extendPrelude(seen.prelude, rawLine) }, found: [] };
  return observeInReport(seen, seen.report, line, rawLine);
}

/** Takes a line that is not the kernel's: it is kept where it stands in a report, but not interpreted. */
export function observeStranger<Watch extends ReportWatch>(state: Watch, rawLine: string): Observed<Watch> {
  // After a complete report it no longer stands in between.
  if (state.report === null || state.report.isComplete) return { state, found: [] };
  return withinLimit(state, keepInTranscript(state.report, rawLine));
}

/** Gives the trouble of an unfinished report, with everything seen so far; null when no report is open. Pure. */
export function closeTroubleReport(state: ReportWatch): KernelTrouble | null {
  return state.report === null ? null : troubleOf(state.report);
}

function extendPrelude(prelude: readonly string[], rawLine: string): readonly string[] {
  return prelude.length === 0 || prelude.length >= preludeLimit ? [] : [...prelude, rawLine];
}

function observeAnnouncement<Watch extends ReportWatch>(
  state: Watch,
  announcement: Announcement,
  line: ConsoleLine,
  rawLine: string,
): Observed<Watch> {
  const merged = state.report === null ? null : mergeAnnouncement(state.report, announcement, line.text);
  if (merged !== null) return withinLimit(state, extendReport(merged, line, rawLine));
  const opened = openReport(announcement, line, rawLine, state.prelude, state.activity);
  return { state: { ...state, report: opened, prelude: [] }, found: foundIn(state.report) };
}

/** Gives the open report as continued by an announcement that belongs to it; null when the announcement is about another report. */
function mergeAnnouncement(report: OpenReport, announcement: Announcement, text: string): OpenReport | null {
  const isYoung = !report.died && !report.isComplete;
  if (announcement.isDeath) {
    const isItsDeath = isYoung && report.traceIs === 'to-come' && (report.kind === 'oops' || report.kind === 'bug');
    if (isItsDeath) return { ...report, died: true, hasEndMarker: true };
    return isYoung && report.kind === 'fragment' ? { ...report, kind: 'oops', what: text.trim(), died: true, hasEndMarker: true } : null;
  }
  switch (announcement.kind) {
    case 'panic':
      return mergePanic(report, text);
    case 'oops':
      if (isYoung && report.kind === 'fragment') return { ...report, kind: 'oops' };
      // BUG() on old arm is a write to address 0.
      return isYoung && report.traceIs === 'to-come' && report.what.startsWith('kernel BUG at') ? report : null;
    case 'out-of-memory':
      return isYoung && report.what.includes('invoked oom-killer') && text.includes('Kill') ? { ...report, isComplete: true } : null;
    default:
      return null;
  }
}

/** A panic at the end of a report becomes its trouble: what the kernel would have survived is now a panic. */
function mergePanic(report: OpenReport, text: string): OpenReport | null {
  switch (report.kind) {
    case 'warning':
      return text.includes('panic_on_warn') ? { ...report, kind: 'panic' } : null;
    case 'stall':
      return /stall/iu.test(text) ? { ...report, kind: 'panic' } : null;
    case 'out-of-memory':
      return /out of memory|deadlocked on memory/iu.test(text) ? { ...report, kind: 'panic' } : null;
    case 'hung-task':
      return text.includes('hung_task') ? report : null;
    case 'soft-lockup':
      return /lock.?up/iu.test(text) ? report : null;
    case 'fragment':
      return { ...report, kind: 'panic', what: text.trim() };
    case 'oops':
    case 'bug':
      return /sysrq|hung_task|lock.?up|stall|VFS: /iu.test(text) ? null : report;
    case 'panic':
      return report;
    case 'forced-readonly':
    case 'dump':
      return null;
  }
}

function observeInReport<Watch extends ReportWatch>(state: Watch, report: OpenReport, line: ConsoleLine, rawLine: string): Observed<Watch> {
  const isOfReport = isReportLine(line.text) || (report.traceIs === 'running' && isOfTrace(line.text));
  const isOver = report.isComplete || (!report.hasEndMarker && report.traceIs !== 'to-come') || report.strangers >= strangerLimit;
  if (!isOfReport && isOver) return { state: { ...state, report: null, prelude: [] }, found: foundIn(report) };
  const extended = extendReport(report, line, rawLine);
  const endsHere = line.text.trim().startsWith('---[ end Kernel panic') || (extended.kind === 'warning' && extended.isComplete);
  if (endsHere) return { state: { ...state, report: null }, found: foundIn(extended) };
  return withinLimit(state, extended);
}

function withinLimit<Watch extends ReportWatch>(state: Watch, report: OpenReport): Observed<Watch> {
  if (report.transcript.length < reportLineLimit) return { state: { ...state, report }, found: [] };
  return { state: { ...state, report: null }, found: foundIn(report) };
}

function foundIn(report: OpenReport | null): readonly KernelTrouble[] {
  const trouble = report === null ? null : troubleOf(report);
  return trouble === null ? [] : [trouble];
}
