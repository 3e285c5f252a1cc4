import type { ConsoleLine } from '../console-line.ts';
import { withoutTerminalControl } from '../console-line.ts';
import { isReportLine } from '../report-line.ts';
import { isUserFault, parseLogAnnouncement } from './log-announcement.ts';
import { peelDecoration } from './peel-decoration.ts';
import { prefixKinds } from './peel-prefix.ts';
import type { Speaker, Told } from './peel-prefix.ts';

/** A parsed line of a person's log. */
export interface LogLine extends ConsoleLine {
  readonly speaker: Speaker;
  /** The kernel's release, if the line's prefix names it (extended netconsole). */
  readonly release: string | null;
}

/**
 * Removes what journalctl, dmesg, consoles, syslog, netconsole, pstore, wall, mailers and Markdown put before the kernel's own text.
 * Never throws. Only for people's logs: on a machine's own console only the kernel may stamp a line.
 */
export function peelLogLine(rawLine: string): LogLine {
  let text = peelDecoration(withoutTerminalControl(rawLine).replaceAll('\r', ''));
  const told: Told[] = [];
  const left = new Set(prefixKinds);
  while (left.size > 0) {
    const peeled = peelOnce(text, left);
    if (peeled === null) break;
    left.delete(peeled.kind);
    told.push(peeled.told);
    text = peeled.rest;
  }
  return judgeSpeaker(text, told);
}

function peelOnce(text: string, kinds: Iterable<(typeof prefixKinds)[number]>) {
  for (const kind of kinds) {
    for (const peel of kind) {
      const peeled = peel(text);
      if (peeled !== null) return { ...peeled, kind };
    }
  }
  return null;
}

/** A program that writes to /dev/kmsg puts its name first, and the kernel stamps that too. */
const program = /^[\w.@/()+-]{1,64}\[\d{1,8}\]: /u;
const taggedProgram = /^(?:[^\s:]{1,255} +)?[^\s:]{1,128}: /u;
const stampInside = /\[ *(\d{1,12}\.\d{6})\](?:\[ *([TC]\d{1,10})\])? ?/u;

function judgeSpeaker(text: string, told: readonly Told[]): LogLine {
  const said = told.map(({ speaker }) => speaker).filter((speaker) => speaker !== undefined);
  const line: LogLine = {
    text: text.trimEnd(),
    atSeconds: told.find(({ atSeconds }) => atSeconds !== undefined)?.atSeconds ?? null,
    caller: told.find((one) => one.caller !== undefined)?.caller ?? null,
    release: told.find((one) => one.release !== undefined)?.release ?? null,
    speaker: 'unsaid',
  };
  if (said.includes('other') || isOfProgram(text)) return { ...line, speaker: 'other' };
  if (said.includes('kernel')) return { ...line, speaker: 'kernel' };
  const isDated = told.some((one) => one.isDate === true);
  if (isDated) {
    // A logger may omit the tag, the host, or both.
    const bare = [text, text.replace(/^\s*\S+ +/u, '')].find(isKernelShaped);
    if (bare !== undefined) return { ...line, text: bare.trimEnd() };
    if (taggedProgram.test(text) || /^\S+ +\S+\[\d+\]: /u.test(text)) return { ...line, speaker: 'other' };
  }
  // As on a console, the kernel's line may follow what a program left on the line.
  const inside = stampInside.exec(text);
  if (inside === null) return line;
  const rest = text.slice(inside.index + inside[0].length).trimEnd();
  return { ...line, text: rest, atSeconds: Number(inside[1]), caller: inside[2] ?? null, speaker: isOfProgram(rest) ? 'other' : 'kernel' };
}

function isOfProgram(text: string): boolean {
  return program.test(text) && !isUserFault(text);
}

function isKernelShaped(text: string): boolean {
  return text.trim() !== '' && (isReportLine(text) || parseLogAnnouncement(text, false) !== null);
}
