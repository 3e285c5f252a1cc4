import { parseTraceEntry } from '../code-place.ts';
import { closeTroubleReport, initialReportWatch, observeKernelLine } from '../observe-report.ts';
import type { ReportWatch } from '../observe-report.ts';
import { parseBootBanner } from '../report-facts.ts';
import { isReportLine } from '../report-line.ts';
import type { KernelTrouble, KernelTroubleKind } from '../trouble.ts';
import { closeEntry, observeJournalLine } from './journal-record.ts';
import type { OpenEntry } from './journal-record.ts';
import { isKernelMessage, mentionsTrouble } from './kernel-message.ts';
import { parseFragment, parseLogAnnouncement } from './log-announcement.ts';
import type { Announcement } from '../announcement.ts';
import { peelLogLine } from './peel-log-line.ts';
import type { LogLine } from './peel-log-line.ts';
import { unwrapLine } from './unwrap-lines.ts';
import type { HeldLine, WholeLine } from './unwrap-lines.ts';

/*
 * Reads a log that a person has: a pure reducer over its lines.
 *
 *     raw line ──► a journal's entry? ──► prefix taken off ──► put together again ──► whose is it? ─┬─ the kernel's ──► reports
 *                                                                                                   ├─ nobody said ──► reports, apart
 *                                                                                                   └─ another's: passed over
 *
 * Where a log has lines that it says are the kernel's, a report of which it does not say so must have facts that no program prints.
 */

/** What was read of a log, and the trouble in it. */
export interface KernelLogReading {
  /** What it told, in order of the log; the first {@link mostTroubles}. */
  readonly troubles: readonly KernelTrouble[];
  /** How many more there were, by kind. */
  readonly untold: Partial<Readonly<Record<KernelTroubleKind, number>>>;
  readonly lines: number;
  /** Lines that were understood as the kernel's. */
  readonly kernelLines: number;
  /** Lines of which the log says that they are another program's. */
  readonly otherLines: number;
  /** Lines that speak of kernel trouble and were not understood: a few of them, as they stand. */
  readonly doubtful: readonly string[];
}

/** How many troubles of one log are told in full; a log can be of any length. */
export const mostTroubles = 100;

const mostDoubtful = 5;
/** A transcript is evidence, and not a place to keep a file in. */
const mostRawLine = 2000;

interface Found {
  readonly trouble: KernelTrouble;
  readonly order: number;
}

/** One stream of lines in a log: those of the kernel, and those of which nobody says whose they are. */
interface Stream {
  readonly watch: ReportWatch;
  readonly found: readonly Found[];
  readonly untold: Partial<Readonly<Record<KernelTroubleKind, number>>>;
  /** The order of the line that opened the report. */
  readonly openedAt: number;
  /** The order of the last line of a report. */
  readonly lastAt: number;
  /** Lines understood: all of the kernel's, of the others those of reports and known messages. */
  readonly understood: number;
  readonly doubtful: readonly string[];
  /** Entries of call traces outside any report. */
  readonly strayEntries: number;
}

/** What is known of a log between two lines. */
export interface LogState {
  readonly entry: OpenEntry | null;
  readonly held: HeldLine;
  readonly kernel: Stream;
  readonly bare: Stream;
  /** The release of the kernel that booted last, or that a prefix named. */
  readonly release: string | null;
  readonly lines: number;
  readonly otherLines: number;
}

const emptyStream: Stream = {
  watch: initialReportWatch,
  found: [],
  untold: {},
  openedAt: 0,
  lastAt: -Infinity,
  understood: 0,
  doubtful: [],
  strayEntries: 0,
};

/** A log before its first line. */
export const initialLogState: LogState = {
  entry: null,
  held: null,
  kernel: emptyStream,
  bare: emptyStream,
  release: null,
  lines: 0,
  otherLines: 0,
};

/** Takes the next line of a log, without its line end. Never throws. */
export function observeLogLine(state: LogState, rawLine: string): LogState {
  const step = observeJournalLine(state.entry, rawLine);
  let next: LogState = { ...state, entry: step.open, lines: state.lines + 1 };
  for (const message of step.messages) next = takeMessage(next, message);
  return step.isText ? takeWhole(next, { line: peelLogLine(rawLine), rawLines: [rawLine.slice(0, mostRawLine)] }) : next;
}

/** Gives what was read, at the end of a log or as far as it has come. */
export function closeLog(state: LogState): KernelLogReading {
  let last = state;
  for (const message of closeEntry(state.entry)) last = takeMessage(last, message);
  for (const whole of unwrapLine(last.held, null).whole) last = observeWhole(last, whole);
  const kernel = closeStream(last.kernel, last);
  const bare = closeStream(last.bare, last);
  const isClaimed = kernel.understood > 0;
  const believed = bare.found.filter(({ trouble }) => !isClaimed || isCorroborated(trouble));
  const disbelieved = bare.found.filter(({ trouble }) => isClaimed && !isCorroborated(trouble)).map(({ trouble }) => trouble.what);
  const all = [...kernel.found, ...believed].sort((one, other) => one.order - other.order).map(({ trouble }) => trouble);
  const strays =
    all.length === 0 && kernel.strayEntries + bare.strayEntries > 0
      ? ['entries of a call trace without the report that they belong to']
      : [];
  return {
    troubles: all.slice(0, mostTroubles),
    untold: sumCounts([kernel.untold, bare.untold, countKinds(all.slice(mostTroubles))]),
    lines: last.lines,
    kernelLines: kernel.understood + bare.understood,
    otherLines: last.otherLines,
    doubtful: [...kernel.doubtful, ...bare.doubtful, ...disbelieved, ...strays].slice(0, mostDoubtful),
  };
}

/** Reads a whole log. */
export function readKernelLog(lines: Iterable<string>): KernelLogReading {
  let state = initialLogState;
  for (const line of lines) state = observeLogLine(state, line);
  return closeLog(state);
}

function takeMessage(
  state: LogState,
  message: { readonly text: string; readonly speaker: LogLine['speaker']; readonly atSeconds: number | null },
): LogState {
  const peeled = peelLogLine(message.text);
  const speaker = message.speaker === 'unsaid' || peeled.speaker === 'other' ? peeled.speaker : message.speaker;
  const line = { ...peeled, speaker, atSeconds: peeled.atSeconds ?? message.atSeconds };
  return takeWhole(state, { line, rawLines: [message.text.slice(0, mostRawLine)] });
}

function takeWhole(state: LogState, next: WholeLine): LogState {
  const { held, whole } = unwrapLine(state.held, next);
  let seen: LogState = { ...state, held };
  for (const one of whole) seen = observeWhole(seen, one);
  return seen;
}

function observeWhole(state: LogState, { line, rawLines }: WholeLine): LogState {
  if (line.speaker === 'other') return { ...state, otherLines: state.otherLines + rawLines.length };
  if (line.text.trim() === '') return state;
  const release = parseBootBanner(line.text) ?? line.release ?? state.release;
  const seen = release === state.release ? state : { ...state, release };
  const raw = rawLines.join('\n');
  return line.speaker === 'kernel'
    ? { ...seen, kernel: observeIn(seen.kernel, line, raw, seen, true) }
    : { ...seen, bare: observeIn(seen.bare, line, raw, seen, false) };
}

/** How many lines behind a report its pieces may still come, when others have written in between. */
const aftermathLines = 80;

function observeIn(stream: Stream, line: LogLine, rawLine: string, log: LogState, isKernels: boolean): Stream {
  const { watch } = stream;
  const announcement = announcementIn(stream, line.text, isKernels, log.lines);
  if (announcement?.kind === 'forced-readonly') return tell(count(stream, 1), [remarkOf(line, rawLine)], log, log.lines);
  const { state, found } = observeKernelLine(watch, line, rawLine, announcement);
  const isInReport = announcement !== null || state.report !== null || found.some(({ transcript }) => transcript.at(-1) === rawLine);
  const isUnderstood = isKernels || isInReport || state.prelude.length > 0 || isKernelMessage(line.text);
  const told = tell({ ...count(stream, isUnderstood ? 1 : 0), watch: state }, found, log, stream.openedAt);
  const isOpened = state.report !== null && (watch.report === null || found.length > 0);
  return {
    ...told,
    openedAt: isOpened ? log.lines : stream.openedAt,
    lastAt: isInReport ? log.lines : stream.lastAt,
    ...(isInReport || state.prelude.length > 0 ? {} : doubtsOf(stream, line.text, rawLine, log.lines)),
  };
}

/** Gives what a line announces here: whether it opens a report depends on what stood before it. */
function announcementIn(stream: Stream, text: string, isKernels: boolean, at: number): Announcement | null {
  const { report, prelude } = stream.watch;
  const isOpen = report !== null && !report.isComplete;
  const announcement = parseLogAnnouncement(text, isKernels);
  if (announcement?.kind === 'dump') return isOpen ? null : announcement;
  // The text of a warning stands between `cut here` and its first line.
  if (announcement?.kind === 'forced-readonly' && prelude.length > 0 && text.includes('ransaction')) return null;
  if (announcement !== null) return announcement;
  if (report !== null && !(isOpen && report.kind === 'fragment')) return null;
  const fragment = parseFragment(text);
  if (fragment === null || (isOpen && fragment.kind === 'fragment')) return null;
  if (prelude.length > 1) return fragmentOfPrelude(fragment, prelude);
  return at - stream.lastAt <= aftermathLines ? { kind: 'dump', isDeath: false } : fragment;
}

/** A report whose first line its author left out: what is left of it is what stood before that line. */
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

function doubtsOf(stream: Stream, text: string, rawLine: string, at: number): Partial<Stream> {
  if (mentionsTrouble(text) && stream.doubtful.length < mostDoubtful) return { doubtful: [...stream.doubtful, rawLine] };
  const isStray = at - stream.lastAt > aftermathLines && parseTraceEntry(text) !== null && isReportLine(text);
  return isStray ? { strayEntries: stream.strayEntries + 1 } : {};
}

function count(stream: Stream, lines: number): Stream {
  return lines === 0 ? stream : { ...stream, understood: stream.understood + lines };
}

function tell(stream: Stream, troubles: readonly KernelTrouble[], log: Pick<LogState, 'release'>, order: number): Stream {
  if (troubles.length === 0) return stream;
  const named = troubles.map((trouble) => ({ trouble: { ...trouble, kernel: trouble.kernel ?? log.release }, order }));
  const room = mostTroubles - stream.found.length;
  return {
    ...stream,
    found: room > 0 ? [...stream.found, ...named.slice(0, room)] : stream.found,
    untold: sumCounts([stream.untold, countKinds(troubles.slice(Math.max(room, 0)))]),
  };
}

function closeStream(stream: Stream, log: LogState): Stream {
  const { report, prelude } = stream.watch;
  const open = closeTroubleReport(stream.watch);
  if (open !== null) return tell(stream, [open], log, stream.openedAt);
  if (report !== null || prelude.length === 0) return stream;
  // A `cut here`, and then the scissors: something was being reported.
  return { ...stream, doubtful: [...stream.doubtful, ...prelude.slice(0, 2)] };
}

/** Tells whether a report has what no program prints: a place in the kernel's code, or its process and version, or a call trace. */
function isCorroborated(trouble: KernelTrouble): boolean {
  return trouble.at !== null || (trouble.process !== null && trouble.kernel !== null) || trouble.trace.length > 1;
}

type Counts = Partial<Readonly<Record<KernelTroubleKind, number>>>;

function countKinds(troubles: readonly KernelTrouble[]): Counts {
  return sumCounts(troubles.map(({ kind }) => ({ [kind]: 1 })));
}

function sumCounts(counts: readonly Counts[]): Counts {
  const sum: Partial<Record<KernelTroubleKind, number>> = {};
  for (const one of counts)
    for (const [kind, number] of Object.entries(one)) sum[kind as KernelTroubleKind] = (sum[kind as KernelTroubleKind] ?? 0) + number;
  return sum;
}
