import { parseAnnouncement } from './announcement.ts';
import { parseConsoleLine } from './console-line.ts';
import { closeTroubleReport, initialReportWatch, observeKernelLine, observeStranger } from './observe-report.ts';
import type { Observed, ReportWatch } from './observe-report.ts';
import type { KernelTrouble } from './trouble.ts';

/** What is known of a machine's own console between two lines. */
export interface TroubleWatch extends ReportWatch {
  /** The kernel stamps its lines, so a line without a stamp is not the kernel's. */
  readonly isStamped: boolean;
}

/** A machine's console before the first line. */
export const initialTroubleWatch: TroubleWatch = { ...initialReportWatch, isStamped: false };

/** Takes the next console line, without its line end, and gives the new state and the finished reports. Never throws. */
export function observeConsoleLine(state: TroubleWatch, rawLine: string): Observed<TroubleWatch> {
  const line = parseConsoleLine(rawLine);
  if (line.atSeconds === null && (state.isStamped || line.text.trim() === '')) return observeStranger(state, rawLine);
  const seen: TroubleWatch = { ...state, isStamped: state.isStamped || line.atSeconds !== null };
  return observeKernelLine(seen, line, rawLine, parseAnnouncement(line.text));
}

/** Gives all trouble in a whole console, oldest first, including a report cut off at the end. */
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
