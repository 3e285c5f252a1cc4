import {
  isArmTraceEntry,
  isOfTrace,
  parseAnnouncedPlace,
  parseInstructionPointer,
  parseTraceEntry,
  parseWarningPlace,
} from './code-place.ts';
import { parseKernelRelease, parseProcess } from './report-facts.ts';
import { isReportLine } from './report-line.ts';
import { judgeActivity } from './storage-activity.ts';
import type { StorageActivity } from './storage-activity.ts';
import type { Announcement, ReportKind } from './announcement.ts';
import type { ConsoleLine } from './console-line.ts';
import type { CodePlace, KernelProcess, KernelTrouble, TraceEntry } from './trouble.ts';

/** A kernel report that is being printed. */
export interface OpenReport {
  readonly kind: ReportKind;
  readonly what: string;
  readonly atSeconds: number | null;
  readonly at: CodePlace | null;
  readonly process: KernelProcess | null;
  readonly kernel: string | null;
  readonly trace: readonly TraceEntry[];
  /** Where the report's first call trace stands; later traces (other processors, the owner of a lock) are only kept in the transcript. */
  readonly traceIs: 'to-come' | 'running' | 'over';
  /** An `[#N]` line was seen, or the report began with `cut here`: `---[ end trace …]---` will follow. */
  readonly hasEndMarker: boolean;
  /** The line with `[#N]` was seen, so another one is another oops. */
  readonly died: boolean;
  /** Everything that belongs to this kind of report was seen; only a register summary or a panic may still follow. */
  readonly isComplete: boolean;
  /** What storage was doing when the report began. */
  readonly activity: StorageActivity;
  /** Kernel lines inside it that do not look like a report's. */
  readonly strangers: number;
  readonly transcript: readonly string[];
}

/** The most lines a report may have; a longer one is closed, so that no console can fill the memory. Real ones have 40 to 150. */
export const reportLineLimit = 500;

/** How many foreign lines may stand inside a report with an end marker before we stop waiting for the marker. */
export const strangerLimit = 40;

/** Opens a report at the line that announces it; `prelude` are the lines from `cut here` on. */
export function openReport(
  announcement: Announcement,
  line: ConsoleLine,
  rawLine: string,
  prelude: readonly string[],
  activity: StorageActivity,
): OpenReport {
  const text = line.text.trim();
  return {
    kind: announcement.kind,
    what: announcement.what ?? text,
    atSeconds: line.atSeconds,
    at: parseWarningPlace(text) ?? parseAnnouncedPlace(text) ?? parseInstructionPointer(text),
    process: parseProcess(text),
    kernel: parseKernelRelease(text),
    trace: [],
    traceIs: nextTraceState('to-come', text),
    hasEndMarker: announcement.isDeath || announcement.kind === 'out-of-memory' || prelude.length > 0,
    died: announcement.isDeath,
    isComplete: false,
    activity,
    strangers: 0,
    transcript: [...prelude, rawLine],
  };
}

/** Adds a line to a report: interprets it and keeps it in the transcript. */
export function extendReport(report: OpenReport, line: ConsoleLine, rawLine: string): OpenReport {
  const text = line.text.trim();
  const traceIs = startsUnannounced(report, text) ? 'running' : nextTraceState(report.traceIs, text);
  const entry = traceIs === 'running' ? parseTraceEntry(text.replace(traceStart, '')) : null;
  return {
    ...report,
    at: placeIn(report, text),
    process: report.process ?? parseProcess(text),
    kernel: report.kernel ?? parseKernelRelease(text),
    trace: entry === null ? report.trace : [...report.trace, entry],
    traceIs,
    isComplete: report.isComplete || completesReport(report, text),
    strangers: report.strangers + (isReportLine(text) ? 0 : 1),
    transcript: [...report.transcript, rawLine],
  };
}

/** Adds a line that is not the kernel's: it is only kept, where it stood. */
export function keepInTranscript(report: OpenReport, rawLine: string): OpenReport {
  return { ...report, transcript: [...report.transcript, rawLine] };
}

/** Gives a report's trouble, with everything seen so far; null when it has none. */
export function troubleOf(report: OpenReport): KernelTrouble | null {
  if (report.kind === 'dump') return null;
  const places = report.at === null ? report.trace : [report.at, ...report.trace];
  return {
    kind: report.kind,
    what: report.what,
    at: report.at,
    process: report.process,
    kernel: report.kernel,
    trace: report.trace,
    during: judgeActivity(places, report.activity),
    atSeconds: report.atSeconds,
    transcript: report.transcript,
  };
}

/** A frame may follow on the same line: x86 until 2.6.24. */
const traceStart = /^(?:Call [Tt]race|Backtrace)(?: ?\([^)]*\))?: */u;

function nextTraceState(now: OpenReport['traceIs'], text: string): OpenReport['traceIs'] {
  if (now === 'to-come') return traceStart.test(text) || isArmTraceEntry(text) ? 'running' : now;
  if (now === 'over' || text === '</TASK>') return 'over';
  // A foreign line in between does not end a trace; another part of the report does.
  return isOfTrace(text) || !isReportLine(text) ? 'running' : 'over';
}

/** These sanitizers print the frames right below what they found (mm/kmsan/report.c, mm/kfence/report.c, kernel/kcsan/report.c). */
function startsUnannounced(report: OpenReport, text: string): boolean {
  return report.traceIs === 'to-come' && /^BUG: K(?:MSAN|FENCE|CSAN): /u.test(report.what) && parseTraceEntry(text) !== null;
}

/** The last pointer printed before the trace is the trouble's; user space's and the summary's come after it. */
function placeIn(report: OpenReport, text: string): CodePlace | null {
  if (report.traceIs !== 'to-come') return report.at ?? lastPointer(report, text);
  // A sanitizer names the place itself, and prints no pointer.
  if (report.kind === 'bug' && report.at !== null && parseAnnouncedPlace(report.what) !== null) return report.at;
  return parseInstructionPointer(text) ?? report.at;
}

/** Until 4.x x86 printed the pointer again after the code; a report whose beginning is missing has only that one. */
function lastPointer(report: OpenReport, text: string): CodePlace | null {
  return report.hasEndMarker && !report.isComplete && /^E?R?IP:? +\[</u.test(text) ? parseInstructionPointer(text) : null;
}

function completesReport(report: OpenReport, text: string): boolean {
  if (text.startsWith('---[ end trace')) return true;
  // Reports of hung tasks, lockups, stalls and panics have no end marker: they end with the task's stack.
  return !report.hasEndMarker && text === '</TASK>';
}
