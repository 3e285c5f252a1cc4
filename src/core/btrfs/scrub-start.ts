import { OutputLines } from '../parsing/output-lines.ts';
import { takeScrubDevice, takeScrubReport } from './scrub-report.ts';
import type { DeviceScrub, ScrubReport } from './scrub-report.ts';

/** What `btrfs scrub start -B` (or `resume -B`) printed when it ended. */
export interface ScrubResult {
  readonly uuid: string;
  /** The devids on which it began, in the order of the output; empty before btrfs-progs 6.14, which does not list them. */
  readonly startedDevids: readonly number[];
  /** Whether it calls itself `done`; otherwise `canceled`, which it also says when a device was missing. `done` does not mean without errors. */
  readonly done: boolean;
  readonly report: ScrubReport;
}

/** The scrub of one device, from `btrfs scrub start -B -d`. */
export interface DeviceScrubResult extends DeviceScrub {
  /** Whether it calls itself `done`; otherwise `canceled`. */
  readonly done: boolean;
}

const tool = 'btrfs scrub start';

/**
 * Parses the stdout of `btrfs scrub start -B PATH`.
 *
 * The exit code is not asked: it is 0 after corrected errors, after `-r` with errors found, and after a scrub that left a missing device out.
 * Warnings (`device 2 not present`) are on stderr and no part of this.
 */
export function parseScrubStart(text: string): ScrubResult {
  const lines = new OutputLines(tool, text);
  const startedDevids = takeStartedDevids(lines);
  const head = lines.take('scrub done for UUID', /^scrub (done|canceled) for ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/);
  const report = takeScrubReport(lines, 'filesystem');
  lines.end();
  return { uuid: head.text(2), startedDevids, done: head.text(1) === 'done', report };
}

/**
 * Parses the stdout of `btrfs scrub start -B -d PATH` of a filesystem that has `totalDevices` devices.
 * The output has no end mark: only that number, from `btrfs filesystem show`, tells whether the last device is there.
 */
export function parseScrubStartPerDevice(text: string, totalDevices: number): readonly DeviceScrubResult[] {
  const lines = new OutputLines(tool, text);
  takeStartedDevids(lines);
  const devices: DeviceScrubResult[] = [];
  while (devices.length < totalDevices) {
    const { guestDevice, devid, word } = takeScrubDevice(lines);
    if (devices.some((device) => device.devid === devid)) lines.refuseTaken('each devid once');
    if (word !== 'done' && word !== 'canceled') lines.refuseTaken('done or canceled');
    devices.push({ guestDevice, devid, done: word === 'done', report: takeScrubReport(lines, 'device') });
  }
  lines.end();
  return devices;
}

function takeStartedDevids(lines: OutputLines): readonly number[] {
  const devids: number[] = [];
  for (;;) {
    const line = lines.takeIf(/^Starting scrub on devid (\d+)(?: \(limit \d+\.\d\d[KMGT]?i?B\/s\))?$/);
    if (line === null) return devids;
    if (devids.includes(line.number(1))) lines.refuseTaken('each devid once');
    devids.push(line.number(1));
  }
}

/** Tells whether a command is a scrub that writes what it can mend: not one with `-r`. */
export function isScrubThatMends(argv: readonly string[]): boolean {
  const [tool, group, verb, ...flags] = argv;
  return tool === 'btrfs' && group === 'scrub' && verb === 'start' && !flags.some((flag) => /^-[A-Za-z]*r/u.test(flag));
}
