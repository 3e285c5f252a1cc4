import type { OutputLines } from '../parsing/output-lines.ts';

/** What the kernel found wrong, by kind, as counted in the `Error summary:`. */
export interface ScrubErrors {
  readonly read: number;
  readonly super: number;
  readonly verify: number;
  readonly csum: number;
  readonly corrected: number;
  readonly uncorrectable: number;
  readonly unverified: number;
}

/** A scrub that ran or runs. Times are the guest's own: `Sun Nov 22 08:40:01 2026`. */
export interface ScrubRun {
  /** `aborted`: canceled, or a device was missing. `interrupted`: the tool died. Only `finished` checked everything. */
  readonly state: 'running' | 'finished' | 'aborted' | 'interrupted';
  readonly startedAt: string;
  /** Whether it resumed an aborted or interrupted one; `startedAt` is then the time of resuming. */
  readonly resumed: boolean;
  readonly durationSeconds: number;
  /** Null unless `--raw` was given: the tool rounds. */
  readonly totalBytes: number | null;
  /** Null unless it is running and `--raw` was given. */
  readonly scrubbedBytes: number | null;
  /** Whether the kernel ran out of memory: then the results may be incomplete. */
  readonly memoryAllocationFailed: boolean;
  readonly errors: ScrubErrors;
}

/** A scrub, or none: the tool says `no stats available` and, right below it, `no errors found`. */
export type ScrubReport = { readonly state: 'never' } | ScrubRun;

/** The scrub of one device, from the `-d` form. */
export interface DeviceScrub {
  /** Null when the device is missing. */
  readonly guestDevice: string | null;
  readonly devid: number;
  readonly report: ScrubReport;
}

const size = String.raw`(?:(\d+)|\d+\.\d\d[kKMGTPE]?i?B)`;
const time = String.raw`([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})`;
const limit = String.raw`(?: \((?:limit ${size}/s|some device limits set)\))?`;
const patterns = {
  noStats: /^\tno stats available$/,
  started: new RegExp(`^Scrub (started|resumed): {4}${time}$`),
  status: /^Status: {11}(running|finished|aborted|interrupted)$/,
  duration: /^Duration: {9}(\d+):(\d\d):(\d\d)$/,
  memory: /^\*\*\* WARNING: memory allocation failed while scrubbing\. results may be inaccurate$/,
  timeLeft: /^Time left: {8}\d+:\d\d:\d\d$/,
  eta: new RegExp(`^ETA: {14}${time}$`),
  total: new RegExp(`^Total to scrub: {3}${size}$`),
  scrubbed: new RegExp(String.raw`^Bytes scrubbed: {3}${size} {2}\(-?(?:\d+\.\d\d|nan|inf)%\)$`),
  rate: new RegExp(`^Rate: {13}${size}/s${limit}$`),
  noErrors: /^Error summary: {4}no errors found$/,
  errors: /^Error summary: {3}(?: read=(\d+))?(?: super=(\d+))?(?: verify=(\d+))?(?: csum=(\d+))?$/,
} as const;

/** Takes the lines about one scrub, from `Scrub started:` to the error summary. `never` may stand alone, as in the `-d` form of `scrub status`. */
export function takeScrubReport(lines: OutputLines, form: 'filesystem' | 'device'): ScrubReport {
  if (lines.takeIf(patterns.noStats) !== null) {
    if (form === 'filesystem' || lines.nextIs(/^Total to scrub:/)) takeSummary(lines, false);
    return { state: 'never' };
  }
  const started = lines.take('Scrub started: or Scrub resumed:', patterns.started);
  const status = lines.take('Status:', patterns.status).text(1);
  const duration = lines.take('Duration: H:MM:SS', patterns.duration);
  return {
    state: status === 'running' || status === 'finished' || status === 'aborted' ? status : 'interrupted',
    startedAt: started.text(2),
    resumed: started.text(1) === 'resumed',
    durationSeconds: duration.number(1) * 3600 + duration.number(2) * 60 + duration.number(3),
    ...takeSummary(lines, status === 'running'),
  };
}

function takeSummary(
  lines: OutputLines,
  running: boolean,
): Pick<ScrubRun, 'totalBytes' | 'scrubbedBytes' | 'memoryAllocationFailed' | 'errors'> {
  const memoryAllocationFailed = lines.takeIf(patterns.memory) !== null;
  if (running) {
    lines.take('Time left: H:MM:SS', patterns.timeLeft);
    lines.take('ETA:', patterns.eta);
  }
  const total = lines.take('Total to scrub: SIZE', patterns.total);
  const scrubbed = running ? lines.take('Bytes scrubbed: SIZE (N%)', patterns.scrubbed) : null;
  lines.take('Rate: SIZE/s', patterns.rate);
  return {
    totalBytes: total.optional(1) === null ? null : total.number(1),
    scrubbedBytes: (scrubbed?.optional(1) ?? null) === null ? null : (scrubbed?.number(1) ?? null),
    memoryAllocationFailed,
    errors: takeErrors(lines),
  };
}

function takeErrors(lines: OutputLines): ScrubErrors {
  if (lines.takeIf(patterns.noErrors) !== null) {
    return { read: 0, super: 0, verify: 0, csum: 0, corrected: 0, uncorrectable: 0, unverified: 0 };
  }
  const found = lines.take('Error summary:', patterns.errors);
  const count = (group: number): number => (found.optional(group) === null ? 0 : found.number(group));
  return {
    read: count(1),
    super: count(2),
    verify: count(3),
    csum: count(4),
    corrected: lines.take('Corrected: N', /^ {2}Corrected: {6}(\d+)$/).number(1),
    uncorrectable: lines.take('Uncorrectable: N', /^ {2}Uncorrectable: {2}(\d+)$/).number(1),
    unverified: lines.take('Unverified: N', /^ {2}Unverified: {5}(\d+)$/).number(1),
  };
}

/** Takes the head of one device's report, `Scrub device DEVICE (id N) WORD`, after an empty line; also gives its state word. */
export function takeScrubDevice(lines: OutputLines): {
  readonly guestDevice: string | null;
  readonly devid: number;
  readonly word: string;
} {
  lines.take('an empty line', /^$/);
  const head = lines.take('Scrub device DEVICE (id N)', /^Scrub device (\/\S+)? \(id (\d+)\) (|history|status|done|canceled)$/);
  return { guestDevice: head.optional(1), devid: head.number(2), word: head.text(3) };
}

/** All errors that a scrub found, corrected or not; also 0 for a scrub that never ran, so use {@link isCleanScrub}. */
export function scrubErrorCount(report: ScrubReport): number {
  if (report.state === 'never') return 0;
  const { read, super: superErrors, verify, csum, corrected, uncorrectable, unverified } = report.errors;
  return Math.max(read + superErrors + verify + csum, corrected + uncorrectable) + unverified;
}

/** Whether a scrub checked everything and found nothing: finished, no error of any kind, no lack of memory. */
export function isCleanScrub(report: ScrubReport): boolean {
  return report.state === 'finished' && !report.memoryAllocationFailed && scrubErrorCount(report) === 0;
}
