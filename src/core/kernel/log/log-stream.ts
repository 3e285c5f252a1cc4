import type { Announcement } from '../announcement.ts';
import { parseTraceEntry } from '../code-place.ts';
import { closeTroubleReport, initialReportWatch, observeKernelLine } from '../observe-report.ts';
import type { ReportWatch } from '../observe-report.ts';
import { isReportLine } from '../report-line.ts';
import type { KernelTrouble, KernelTroubleKind } from '../trouble.ts';
import { isKernelMessage, mentionsTrouble } from './kernel-message.ts';
import { parseFragment, parseLogAnnouncement } from './log-announcement.ts';
import { peelLogLine } from './peel-log-line.ts';
import type { LogLine } from './peel-log-line.ts';

/** How many troubles of one log are reported in full; a log may have any length. */
export const mostTroubles = 100;

/** How many lines that were not understood are kept. */
export const mostDoubtful = 5;
/** What is known about the log as a whole. */
export interface LogFacts {
  /** The release of the kernel that booted last, or that a prefix named. */
  readonly release: string | null;
  readonly lines: number;
  /** A panic has begun in some stream: its end does not belong to another one. */
  readonly hasPanicked: boolean;
}

/** The number of troubles by kind. */
export type Counts = Partial<Readonly<Record<KernelTroubleKind, number>>>;

/** A trouble, and the line on which its report begins. */
export interface Found {
  readonly trouble: KernelTrouble;
  readonly order: number;
}

/** One stream of lines in a log: the kernel's, or those without a known writer. */
export interface LogStream {
  readonly watch: ReportWatch;
  readonly found: readonly Found[];
  readonly untold: Counts;
  /** The order of the line that opened the report. */
  readonly openedAt: number;
  /** The log's release at that time. */
  readonly openedRelease: string | null;
  /** The order of the last line of a report. */
  readonly lastAt: number;
  /** Lines understood: all of the kernel's; of the others, those of reports and known messages. */
  readonly understood: number;
  readonly doubtful: readonly string[];
  /** Call trace entries outside any report. */
  readonly strayEntries: number;
  /** The log's release that a report contradicted by naming another; usually null. */
  readonly beliedRelease: string | null;
}

/** A stream before its first line. */
export const emptyStream: LogStream = {
  watch: initialReportWatch,
  found: [],
  untold: {},
  openedAt: 0,
  openedRelease: null,
  lastAt: -Infinity,
  understood: 0,
  doubtful: [],
  strayEntries: 0,
  beliedRelease: null,
};

/** How many lines after a report its fragments may still come, when others have written in between. */
const aftermathLines = 80;

/** Takes the next line of a stream. */
export function observeIn(stream: LogStream, line: LogLine, rawLine: string, log: LogFacts): LogStream {
  const { watch } = stream;
  const isKernels = line.speaker === 'kernel';
  const announcement = announcementIn(stream, line, log);
  if (announcement?.kind === 'forced-readonly') return tell(count(stream, 1), [remarkOf(line, rawLine)], log.release, log.lines);
  const { state, found } = observeKernelLine(watch, line, rawLine, announcement);
  const isInReport = announcement !== null || state.report !== null || found.some(({ transcript }) => transcript.at(-1) === rawLine);
  const isUnderstood = isKernels || isInReport || state.prelude.length > 0 || isKernelMessage(line.text);
  const told = tell({ ...count(stream, isUnderstood ? 1 : 0), watch: state }, found, stream.openedRelease, stream.openedAt);
  const isOpened = state.report !== null && (watch.report === null || found.length > 0);
  return {
    ...told,
    openedAt: isOpened ? log.lines : stream.openedAt,
    openedRelease: isOpened ? log.release : stream.openedRelease,
    lastAt: isInReport ? log.lines : stream.lastAt,
    ...(isInReport || state.prelude.length > 0 ? {} : doubtsOf(stream, line.text, rawLine, log.lines)),
  };
}

/** Gives what a line announces here: whether it opens a report depends on the lines before it. */
function announcementIn(stream: LogStream, { text, speaker }: LogLine, log: LogFacts): Announcement | null {
  const { report, prelude } = stream.watch;
  const isOpen = report !== null && !report.isComplete;
  const announcement = parseLogAnnouncement(text, speaker === 'kernel');
  if (announcement?.kind === 'dump') return isOpen ? null : announcement;
  if ((report === null || report.kind === 'dump') && log.hasPanicked && text.trim().startsWith('---[ end Kernel panic'))
    return { kind: 'dump', isDeath: false };
  // The text of a warning stands between `cut here` and its first line.
  if (announcement?.kind === 'forced-readonly' && prelude.length > 0 && text.includes('ransaction')) return null;
  if (announcement !== null) return announcement;
  if (report !== null && !(isOpen && report.kind === 'fragment')) return null;
  const fragment = parseFragment(text);
  if (fragment === null || (isOpen && fragment.kind === 'fragment')) return null;
  if (prelude.length > 1) return fragmentOfPrelude(fragment, prelude);
  return log.lines - stream.lastAt <= aftermathLines ? { kind: 'dump', isDeath: false } : fragment;
}

/** A report whose first line is missing because its sender left it out. */
function fragmentOfPrelude(fragment: Announcement, prelude: readonly string[]): Announcement {
  const what = peelLogLine(prelude[1] ?? '').text.trim();
  // btrfs_abort_transaction() in fs/btrfs/transaction.h is a WARN().
  return { ...fragment, kind: what.startsWith('BTRFS: Transaction aborted') ? 'warning' : fragment.kind, what };
}

function remarkOf(line: LogLine, rawLine: string): KernelTrouble {
  return {
    kind: 'forced-readonly',
    what: line.text.trim(),
    at: null,
    process: null,
    kernel: null,
    trace: [],
    during: null,
    atSeconds: line.atSeconds,
    transcript: [rawLine],
  };
}

function doubtsOf(stream: LogStream, text: string, rawLine: string, at: number): Partial<LogStream> {
  if (mentionsTrouble(text) && stream.doubtful.length < mostDoubtful) return { doubtful: [...stream.doubtful, rawLine] };
  const isStray = at - stream.lastAt > aftermathLines && parseTraceEntry(text) !== null && isReportLine(text);
  return isStray ? { strayEntries: stream.strayEntries + 1 } : {};
}

function count(stream: LogStream, lines: number): LogStream {
  return lines === 0 ? stream : { ...stream, understood: stream.understood + lines };
}

function tell(stream: LogStream, troubles: readonly KernelTrouble[], release: string | null, order: number): LogStream {
  if (troubles.length === 0) return stream;
  const known = release === stream.beliedRelease ? null : release;
  const named = troubles.map((trouble) => ({ trouble: { ...trouble, kernel: trouble.kernel ?? known }, order }));
  const room = mostTroubles - stream.found.length;
  return {
    ...stream,
    found: room > 0 ? [...stream.found, ...named.slice(0, room)] : stream.found,
    untold: sumCounts([stream.untold, countKinds(troubles.slice(Math.max(room, 0)))]),
    beliedRelease: troubles.some(({ kernel }) => kernel !== null && kernel !== release) ? release : stream.beliedRelease,
  };
}

/** Ends a stream: the open report gets no more lines. */
export function closeStream(stream: LogStream): LogStream {
  const { report, prelude } = stream.watch;
  const open = closeTroubleReport(stream.watch);
  if (open !== null) return tell(stream, [open], stream.openedRelease, stream.openedAt);
  if (report !== null || prelude.length === 0) return stream;
  // A `cut here` line with scissors: something was being reported.
  return { ...stream, doubtful: [...stream.doubtful, ...prelude.slice(0, 2)] };
}

/** Tells whether a report has what no program prints: a place in kernel code, its process and version, or a call trace. */
export function isCorroborated(trouble: KernelTrouble): boolean {
  return trouble.at !== null || (trouble.process !== null && trouble.kernel !== null) || trouble.trace.length > 1;
}

/** Counts troubles by their kinds. */
export function countKinds(troubles: readonly KernelTrouble[]): Counts {
  return sumCounts(troubles.map(({ kind }) => ({ [kind]: 1 })));
}

/** Adds counts up. */
export function sumCounts(counts: readonly Counts[]): Counts {
  const sum: Partial<Record<KernelTroubleKind, number>> = {};
  for (const one of counts)
    for (const [kind, number] of Object.entries(one)) sum[kind as KernelTroubleKind] = (sum[kind as KernelTroubleKind] ?? 0) + number;
  return sum;
}
