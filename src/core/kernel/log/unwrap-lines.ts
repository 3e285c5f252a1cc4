import { parseKernelRelease } from '../report-facts.ts';
import { isReportLine } from '../report-line.ts';
import { parseLogAnnouncement } from './log-announcement.ts';
import type { LogLine } from './peel-log-line.ts';

/** A log line with its raw lines: more than one if a mailer wrapped it. */
export interface WholeLine {
  readonly line: LogLine;
  readonly rawLines: readonly string[];
}

/** What is held back until the next line tells whether it continues; null when nothing is. */
export type HeldLine = WholeLine | null;

/** A mailer wraps a line into a few, not into many. */
const mostPieces = 4;

/** Takes the next line of a log, and gives the lines that are complete now, and what is held back. Pass null at the end of the log. */
export function unwrapLine(held: HeldLine, next: WholeLine | null): { readonly held: HeldLine; readonly whole: readonly WholeLine[] } {
  if (held !== null && next !== null && held.rawLines.length < mostPieces && isOpenEnded(held.line.text) && goesOn(held.line, next.line)) {
    const joined = { ...held.line, text: `${held.line.text} ${next.line.text.trim()}` };
    return unwrapLine(null, { line: joined, rawLines: [...held.rawLines, ...next.rawLines] });
  }
  const before = held === null ? [] : [held];
  if (next === null) return { held: null, whole: before };
  // The next line tells what a bare first line is worth.
  const isHeld = isOpenEnded(next.line.text) || (next.line.speaker === 'unsaid' && parseLogAnnouncement(next.line.text, false) !== null);
  return isHeld ? { held: next, whole: before } : { held: null, whole: [...before, next] };
}

const symbolEnd = /\+0x[0-9a-f]+\/0x[0-9a-f]+$/u;
const symbolStart = /^(?:\? )?[A-Za-z_$.][\w.$]*\+0x[0-9a-f]+\/0x[0-9a-f]+/u;
const moduleAlone = /^\[[\w-]{1,60}(?: [0-9a-f]{8,64})?\](?: \(\w+\))?$/u;

/** First lines of reports, and the lines with their facts. */
const head =
  /^(?:BUG: |Unable to handle |kernel BUG at|WARNING: |INFO: (?:task|rcu)|Kernel panic|Internal error|Oops|Pid: |CPU: \d|(?:NMI )?watchdog: |(?:R|E)?IP:? |NIP |pc : |PC is at|(?:Read|Write) of size |Out of memory|general protection)/u;
/** Words after which more must follow. */
const unfinished =
  /(?:^|[\s-])(?:at|address:?|virtual|dereference|dereference,|request|for|in|by|task|than|more|seconds|blocked|Comm:|PID:|UID:|CPU:|handle|kernel|NULL|pointer|page|paging|fault|to|of|size|syncing:|process|and|[Tt]ainted:?|-|\d+)$/u;
const seconds = /blocked .* seconds\.?$/u;

/** Tells whether a line breaks off where the kernel's own would not. */
function isOpenEnded(text: string): boolean {
  const trimmed = text.trim();
  if (symbolEnd.test(trimmed) || /(?:^|\s)(?:\?|\[<[0-9a-f]+>\])$/u.test(trimmed)) return true;
  if (!head.test(trimmed) || seconds.test(trimmed)) return false;
  if (/^CPU: \d+ .*PID: |^Pid: /u.test(trimmed)) return parseKernelRelease(trimmed) === null;
  return unfinished.test(trimmed) || /^WARNING: .*(?::\d+|\/)$/u.test(trimmed);
}

/** Tells whether `next` continues the open-ended `line`: it has no prefix, and is not a report line itself. */
function goesOn(line: LogLine, next: LogLine): boolean {
  const rest = next.text.trim();
  if (next.speaker !== 'unsaid' || rest === '') return false;
  const text = line.text.trim();
  if (symbolEnd.test(text)) return moduleAlone.test(rest);
  if (/(?:\?|>\]|:\d+)$/u.test(text) && symbolStart.test(rest)) return true;
  // A line broken before an address looks like a stack line.
  const isOwn = isReportLine(rest) && line.speaker === 'unsaid' && !/^[0-9a-f]{8,16}$/u.test(rest);
  return !isOwn && parseLogAnnouncement(rest, true) === null;
}
