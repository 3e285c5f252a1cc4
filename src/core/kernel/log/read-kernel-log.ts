import { parseBootBanner } from '../report-facts.ts';
import type { KernelTrouble } from '../trouble.ts';
import { closeEntry, observeJournalLine } from './journal-record.ts';
import type { JournalMessage, OpenEntry } from './journal-record.ts';
import { parseLogAnnouncement } from './log-announcement.ts';
import { closeStream, countKinds, emptyStream, isCorroborated, mostDoubtful, mostTroubles, observeIn, sumCounts } from './log-stream.ts';
import type { Counts, LogFacts, LogStream } from './log-stream.ts';
import { peelLogLine } from './peel-log-line.ts';
import type { LogLine } from './peel-log-line.ts';
import { unwrapLine } from './unwrap-lines.ts';
import type { HeldLine, WholeLine } from './unwrap-lines.ts';

/*
 * Reads a person's log: a pure reducer over its lines.
 *
 *     raw line ──► a journal's entry? ──► prefix taken off ──► put together again ──► whose is it? ─┬─ the kernel's ──► reports
 *                                                                                                   ├─ nobody said ──► reports, apart
 *                                                                                                   └─ another's: passed over
 *
 * If a log marks some lines as the kernel's, a report without that mark must contain facts that no program prints.
 */

/** What was read of a log, and the trouble in it. */
export interface KernelLogReading {
  /** The troubles, in order of the log; the first {@link mostTroubles}. */
  readonly troubles: readonly KernelTrouble[];
  /** How many more there were, by kind. */
  readonly untold: Counts;
  readonly lines: number;
  /** Lines that were understood as the kernel's. */
  readonly kernelLines: number;
  /** Lines that the log marks as another program's. */
  readonly otherLines: number;
  /** Lines that speak of kernel trouble but were not understood: a few of them, verbatim. */
  readonly doubtful: readonly string[];
}

/** A transcript is evidence, not an archive. */
const mostRawLine = 2000;

/** What is known of a log between two lines. */
export interface LogState extends LogFacts {
  readonly entry: OpenEntry | null;
  readonly held: HeldLine;
  readonly kernel: LogStream;
  readonly bare: LogStream;
  readonly otherLines: number;
  /** The kernel's last stamp; -1 before the first. */
  readonly lastSeconds: number;
}

/** A log before its first line. */
export const initialLogState: LogState = {
  entry: null,
  held: null,
  kernel: emptyStream,
  bare: emptyStream,
  release: null,
  lines: 0,
  otherLines: 0,
  lastSeconds: -1,
  hasPanicked: false,
};

/** Takes the next line of a log, without its line end. Never throws. */
export function observeLogLine(state: LogState, rawLine: string): LogState {
  const [first = rawLine, ...others] = splitAtStamps(rawLine);
  let next = observeOneLine(state, first);
  for (const other of others) next = { ...observeOneLine(next, other), lines: next.lines };
  return next;
}

/** Web pages and messengers lose line ends: a second stamp begins another line. JSON lines are left alone. */
function splitAtStamps(rawLine: string): readonly string[] {
  const [first = '', second, ...others] = rawLine.startsWith('{') ? [rawLine] : rawLine.split(/(?<=\S) +(?=\[ *\d{1,12}\.\d{6}\] )/u);
  if (second === undefined) return [rawLine];
  return /\[ *\d{1,12}\.\d{6}\] /u.test(first) ? [first, second, ...others] : [`${first} ${second}`, ...others];
}

function observeOneLine(state: LogState, rawLine: string): LogState {
  const step = observeJournalLine(state.entry, rawLine);
  let next: LogState = { ...state, entry: step.open, lines: state.lines + 1 };
  for (const message of step.messages) next = takeMessage(next, message);
  return step.isText ? takeWhole(next, { line: peelLogLine(rawLine), rawLines: [rawLine.slice(0, mostRawLine)] }) : next;
}

/** Gives what was read, at the end of a log or so far. */
export function closeLog(state: LogState): KernelLogReading {
  let last = state;
  for (const message of closeEntry(state.entry)) last = takeMessage(last, message);
  for (const whole of unwrapLine(last.held, null).whole) last = observeWhole(last, whole);
  const kernel = closeStream(last.kernel);
  const bare = closeStream(last.bare);
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

function takeMessage(state: LogState, message: JournalMessage): LogState {
  const peeled = peelLogLine(message.text);
  const speaker = message.speaker === 'unsaid' || peeled.speaker === 'other' ? peeled.speaker : message.speaker;
  const line = { ...peeled, speaker, atSeconds: peeled.atSeconds ?? message.atSeconds };
  return takeWhole(state, { line, rawLines: [message.text.slice(0, mostRawLine)] });
}

function takeWhole(state: LogState, next: WholeLine): LogState {
  const { held, whole } = unwrapLine(state.held, next);
  let seen: LogState = { ...state, held };
  for (const one of whole)
    seen = observeWhole(seen, isFirstOfLog(seen, one, next) ? { ...one, line: { ...one.line, speaker: 'kernel' } } : one);
  return seen;
}

/** People who copy a log begin after the first line's stamp as often as before it. */
function isFirstOfLog(state: LogState, one: WholeLine, next: WholeLine): boolean {
  const isBare = one !== next && one.line.speaker === 'unsaid' && next.line.speaker === 'kernel' && state.kernel.understood === 0;
  return isBare && parseLogAnnouncement(one.line.text, false) !== null;
}

function observeWhole(state: LogState, { line, rawLines }: WholeLine): LogState {
  if (line.speaker === 'other') return { ...state, otherLines: state.otherLines + rawLines.length };
  if (line.text.trim() === '') return state;
  const lastSeconds = line.atSeconds ?? state.lastSeconds;
  const seen = { ...state, release: releaseBehind(state, line), lastSeconds };
  const raw = rawLines.join('\n');
  const hasPanicked = seen.hasPanicked || line.text.startsWith('Kernel panic - not syncing');
  return line.speaker === 'kernel'
    ? { ...seen, hasPanicked, kernel: observeIn(seen.kernel, line, raw, seen) }
    : { ...seen, hasPanicked, bare: observeIn(seen.bare, line, raw, seen) };
}

/** Processors may write out of order by this much, seconds. */
const mostRewindSeconds = 60;

/** Gives the writing kernel's release: what it printed at boot, unless something contradicts it. */
function releaseBehind(state: LogState, line: LogLine): string | null {
  const said = parseBootBanner(line.text) ?? line.release;
  if (said !== null) return said;
  const isRewound = line.atSeconds !== null && line.atSeconds < state.lastSeconds - mostRewindSeconds;
  const isBelied = state.release !== null && [state.kernel, state.bare].some(({ beliedRelease }) => beliedRelease === state.release);
  return isRewound || isBelied ? null : state.release;
}
