import { parseAnnouncement } from './announcement.ts';
import type { Announcement } from './announcement.ts';
import { parseConsoleLine } from './console-line.ts';
import type { ConsoleLine } from './console-line.ts';
import { extendReport, keepInTranscript, openReport, reportLineLimit, strangerLimit, troubleOf } from './open-report.ts';
import type { OpenReport } from './open-report.ts';
import { isReportLine } from './report-line.ts';
import { noStorageActivity, observeStorageActivity } from './storage-activity.ts';
import type { StorageActivity } from './storage-activity.ts';
import type { KernelTrouble } from './trouble.ts';

/*
 * The recogniser of kernel trouble: a pure reducer over console lines.
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
export interface TroubleWatch {
  /** The report being printed; null while there is none. {@link closeTroubleReport} gives what it says so far. */
  readonly report: OpenReport | null;
  /** Raw lines from a `cut here` on, as long as nothing has been announced. */
  readonly prelude: readonly string[];
  readonly activity: StorageActivity;
  /** The kernel stamps its lines, so a line without a stamp is not its own. */
  readonly isStamped: boolean;
}

/** What one line brought. */
export interface Observation {
  readonly state: TroubleWatch;
  /** Reports that are over, oldest first; mostly none. */
  readonly found: readonly KernelTrouble[];
}

/** The recogniser before the first line. */
export const initialTroubleWatch: TroubleWatch = { report: null, prelude: [], activity: noStorageActivity, isStamped: false };

/** How many lines may stand between `cut here` and the announcement: printk text of WARN(), `assertion failed: …`. */
const preludeLimit = 12;

/** Takes the next console line, without its line end, and gives the new state and the reports that are over. Never throws. */
export function observeConsoleLine(state: TroubleWatch, rawLine: string): Observation {
  const line = parseConsoleLine(rawLine);
  if (line.atSeconds === null && (state.isStamped || line.text.trim() === '')) return keepStranger(state, rawLine);
  const seen: TroubleWatch = {
    ...state,
    isStamped: state.isStamped || line.atSeconds !== null,
    activity: observeStorageActivity(state.activity, line.text),
  };
  if (/^-+\[ cut here \]-+$/u.test(line.text.trim()))
    return { state: { ...seen, report: null, prelude: [rawLine] }, found: foundIn(seen.report) };
  const announcement = parseAnnouncement(line.text);
  if (announcement !== null) return observeAnnouncement(seen, announcement, line, rawLine);
  if (seen.report === null) return { state: { ...seen, prelude: extendPrelude(seen.prelude, rawLine) }, found: [] };
  return observeInReport(seen, seen.report, line, rawLine);
}

/**
 * Gives the trouble whose report has not ended, with everything seen so far; null when no report is open.
 * For a console that has fallen silent, or to look at a report while it is being printed. Changes nothing: pure.
 */
export function closeTroubleReport(state: TroubleWatch): KernelTrouble | null {
  return state.report === null ? null : troubleOf(state.report);
}

/** Gives every trouble in a whole log, oldest first, the one whose report is cut off at the end included. */
export function findTroubles(lines: Iterable<string>): readonly KernelTrouble[] {
  const troubles: KernelTrouble[] = [];
  let state = initialTroubleWatch;
  for (const line of lines) {
    const step = observeConsoleLine(state, line);
    state = step.state;
    troubles.push(...step.found);
  }
  const last = closeTroubleReport(state);
  return last === null ? troubles : [...troubles, last];
}

function keepStranger(state: TroubleWatch, rawLine: string): Observation {
  // Behind a complete report it no longer stands in between.
  if (state.report === null || state.report.isComplete) return { state, found: [] };
  return withinLimit(state, keepInTranscript(state.report, rawLine));
}

function extendPrelude(prelude: readonly string[], rawLine: string): readonly string[] {
  return prelude.length === 0 || prelude.length >= preludeLimit ? [] : [...prelude, rawLine];
}

function observeAnnouncement(state: TroubleWatch, announcement: Announcement, line: ConsoleLine, rawLine: string): Observation {
  const merged = state.report === null ? null : mergeAnnouncement(state.report, announcement, line);
  if (merged !== null) return withinLimit(state, extendReport(merged, line, rawLine));
  const opened = openReport(announcement, line, rawLine, state.prelude, state.activity);
  return { state: { ...state, report: opened, prelude: [] }, found: foundIn(state.report) };
}

/** Gives the open report as it goes on with an announcement that belongs to it; null when the announcement is of another report. */
function mergeAnnouncement(report: OpenReport, announcement: Announcement, line: ConsoleLine): OpenReport | null {
  if (announcement.isDeath) {
    const isItsDeath =
      (report.kind === 'oops' || report.kind === 'bug') && !report.died && !report.isComplete && report.traceIs === 'to-come';
    return isItsDeath ? { ...report, died: true, hasEndMarker: true } : null;
  }
  if (announcement.kind !== 'panic') return null;
  // A panic is the end of the trouble that is being told. Only what the kernel would have survived becomes a panic by it.
  if (report.kind === 'warning') return line.text.includes('panic_on_warn') ? { ...report, kind: 'panic' } : null;
  if (report.kind === 'stall') return /stall/iu.test(line.text) ? { ...report, kind: 'panic' } : null;
  return report;
}

function observeInReport(state: TroubleWatch, report: OpenReport, line: ConsoleLine, rawLine: string): Observation {
  const isOfReport = isReportLine(line.text);
  const isOver = report.isComplete || (!report.hasEndMarker && report.traceIs !== 'to-come') || report.strangers >= strangerLimit;
  if (!isOfReport && isOver) return { state: { ...state, report: null, prelude: [] }, found: foundIn(report) };
  const extended = extendReport(report, line, rawLine);
  const endsHere = line.text.trim().startsWith('---[ end Kernel panic') || (extended.kind === 'warning' && extended.isComplete);
  if (endsHere) return { state: { ...state, report: null }, found: foundIn(extended) };
  return withinLimit(state, extended);
}

function withinLimit(state: TroubleWatch, report: OpenReport): Observation {
  if (report.transcript.length < reportLineLimit) return { state: { ...state, report }, found: [] };
  return { state: { ...state, report: null }, found: foundIn(report) };
}

function foundIn(report: OpenReport | null): readonly KernelTrouble[] {
  return report === null ? [] : [troubleOf(report)];
}
